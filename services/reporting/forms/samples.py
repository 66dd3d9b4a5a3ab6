"""One paper of each form with all that it can have: what an uploaded template is tried on, and what its fields are read from."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from fractions import Fraction

from services.reporting.forms import annex_i, annex_ii, annex_iii, annex_iv, annex_v, annex_vi
from services.reporting.forms.paper import Form, Head, Paper, Signature, Table

DAY = date(2025, 4, 24)
_OFFICE = {"agency": "Văn phòng", "superior": "UBND tỉnh", "date": DAY, "place": "Huế", "number": 5}
_SIGNED = Signature(("Chánh Văn phòng",), "Nguyễn Văn A")
_RECIPIENTS = ("UBND tỉnh (để báo cáo)", "Các sở, ban, ngành", "Lưu: VT")
OFFICE = Head(**_OFFICE, symbol="BC-VPUB", signature=_SIGNED, recipients=_RECIPIENTS)
UNIT = Head(
    agency="Sở Y tế",
    superior="UBND tỉnh",
    date=DAY,
    place="Huế",
    number=12,
    symbol="BC-SYT",
    addressees=("Văn phòng UBND tỉnh",),
    signature=Signature(("Giám đốc",), "Đỗ Hà"),
    recipients=("Như trên", "Lưu: VT"),
)
NOTICE = Head(
    **_OFFICE,
    symbol="PB-VPUB",
    addressees=("Sở Y tế",),
    signature=Signature(("TL. Chánh Văn phòng",), "Nguyễn Văn A"),
    recipients=("Như trên", "Chủ tịch UBND tỉnh (để báo cáo)", "Lưu: VT"),
    url="https://nhiemvu.example/phieu-bao/01970000-0000-7000-8000-000000000000",
)
_CODE = "Công văn số 5425/UBND-KGVX"
_CONTENT = "Rà soát, đề xuất phương án sử dụng quỹ đất công trên địa bàn tỉnh; báo cáo UBND tỉnh."
_LINE = annex_v.Line("Sở Y tế", 10, 7, 6, 1, 2, 2, 0, 1, 0, 1, 4, 1, 1, 1, 1, 2, 1, Fraction(7, 8), Fraction(6, 8), 1, 1)
_ZEROS = dict.fromkeys((field.name for field in fields(_LINE)), 0)
_IDLE = replace(_LINE, **(_ZEROS | {"unit": "Sở Tài nguyên và Môi trường", "completion_rate": None, "on_time_rate": None, "rank": None}))
_HELP = annex_v.Coordination("Sở Y tế", 3, 1, 1, 1, 0)
_OVERDUE = annex_vi.Item(
    "Sở Y tế", f"{_CODE} ngày 21/4/2025", _CONTENT, "Sở Tài chính", "Nguyễn Văn An", DAY, date(2025, 4, 28), date(2025, 5, 6), 8, 4,
    (annex_vi.Notice(5, DAY), annex_vi.Notice(7, DAY)), DAY, "Hồ sơ phải bổ sung.", "Gia hạn.",
)  # fmt: skip


def _corrected(paper: Paper) -> Paper:
    """With what was back-dated into the report before, as services.reporting.periodic adds it."""
    section = (
        Table("corrections", annex_v.CORRECTIONS, [("Sở Y tế", "(3) Đúng hạn", 5, 6)], label="Điều chỉnh số liệu của kỳ báo cáo trước"),
        Table("corrected", annex_v.CORRECTED, [("Sở Y tế", _CODE, _CONTENT, None, DAY)], label="Nhiệm vụ được điều chỉnh ngày hoàn thành"),
    )
    *blocks, basis = paper.blocks
    return replace(paper, blocks=(*blocks, *section, basis))


SAMPLES: Mapping[Form, Paper] = {
    Form.I: annex_i.annex_i(
        OFFICE, [annex_i.Item("Nguyễn Văn An", "Đất đai", "Sở Tài nguyên và Môi trường", "Phan Đức Thuận", "Lê Chi", DAY, DAY, "Từ quý II")]
    ),
    Form.II: annex_ii.annex_ii(
        NOTICE,
        annex_ii.Notice(
            "Sở Y tế",
            2,
            _CODE,
            DAY,
            "V/v rà soát quỹ đất công",
            "Nguyễn Dung",
            _CONTENT,
            DAY,
            date(2025, 4, 28),
            5,
            3,
            (3, 4),
            DAY,
            "Nguyễn Văn An",
        ),
    ),
    Form.III: annex_iii.annex_iii(
        UNIT,
        "Sở Y tế",
        [
            annex_iii.Item(
                _CODE, _CONTENT, DAY, "Đỗ Hà", "Phòng Nghiệp vụ; Hồ Văn Bé", "Chủ trì", DAY, "Báo cáo", "Đang thực hiện – trong hạn", "Gấp"
            )
        ],
    ),
    Form.IV: _corrected(
        annex_iv.annex_iv(
            UNIT,
            "tháng 4 năm 2025",
            annex_iv.Figures(*range(1, 15)),
            [
                annex_iv.Item(
                    _CODE, _CONTENT, "Chủ trì", DAY, DAY, "Đã thực hiện – đúng hạn", "Thiếu số liệu", "Chưa thống nhất", "Họp liên ngành"
                )
            ],
            general="Đơn vị đã thực hiện đúng tiến độ.",
            basis="Số liệu tính đến 24/04/2025.",
        )
    ),
    Form.V: _corrected(
        annex_v.annex_v(
            OFFICE,
            "quý I năm 2025",
            annex_v.Figures(
                [_LINE, _IDLE],
                replace(_LINE, unit="Toàn tỉnh", rank=None),
                [_HELP],
                annex_v.Coordination("Toàn tỉnh", 3, 1, 1, 1, 0),
                15,
                17,
                [
                    annex_v.Programme(
                        3, "Đề án chuyển đổi số", "Sở Thông tin và Truyền thông", "UBND tỉnh", "Đã hoàn thành", "Quyết định số 12", DAY
                    )
                ],
            ),
            general="Các cơ quan, đơn vị đã có nhiều cố gắng.",
            basis="Số liệu tính đến 24/04/2025.",
        )
    ),
    Form.VI: _corrected(
        annex_vi.annex_vi(OFFICE, "tính đến ngày 24/4/2025", [_OVERDUE], general="Danh mục kèm theo.", basis="Số liệu tính đến 24/04/2025.")
    ),
}
