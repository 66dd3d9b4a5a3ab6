"""The groups of the navigation, beside what everybody uses every day."""

from dataclasses import dataclass

from ykcd.directive.v1.registry_pb2 import Me

from kit.identity import OFFICE_ROLES

from .kinds import KINDS
from .records import May, everybody, having


@dataclass(frozen=True)
class Entry:
    """A page that isn't a kind of record."""

    address: str
    title: str
    group: str
    may_see: May


GROUPS = ("Số liệu", "Báo cáo", "Đôn đốc", "Vướng mắc, kiểm tra", "Danh mục")
PAGES = (
    Entry("/tong-quan", "Tổng quan toàn tỉnh", "Số liệu", everybody),
    Entry("/summary", "Tổng hợp theo đơn vị", "Số liệu", everybody),
    Entry("/tong-quan/chuyen-vien", "Bàn làm việc chuyên viên", "Số liệu", having("specialist", "office_leader")),
    Entry("/bao-cao/tinh-hinh", "Tình hình gửi báo cáo", "Báo cáo", having(*OFFICE_ROLES, "evaluator")),
    Entry("/bieu-mau", "Biểu mẫu", "Danh mục", having("administrator")),
    Entry("/lich-lam-viec", "Lịch làm việc", "Danh mục", everybody),
)


def groups(me: Me) -> list[tuple[str, list[tuple[str, str]]]]:
    """(group, [(address, title)]) of what this reader has to do with."""
    entries = [(each.group, each.address, each.title) for each in (*KINDS.values(), *PAGES) if each.may_see(me)]
    found = [(group, [(address, title) for own, address, title in entries if own == group]) for group in GROUPS]
    return [(group, items) for group, items in found if items]
