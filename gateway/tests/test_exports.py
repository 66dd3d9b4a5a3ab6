"""Lists as files: what stands in them, how many rows, and how much memory they need."""

import csv
import datetime as dt
import io
import re
import tracemalloc
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from gateway.tests.test_beside import DIFFICULTY, made
from gateway.tests.test_flow import publish
from gateway.tests.world import AN, OFFICER, STNMT, STNMT_LEADER, SYT_LEADER, World
from gateway.web import exports, filter_words, filters
from gateway.web.sheets import FORMATS, Head

ROWS = 12_000
HOSTILE = ("=1+1", "+84234", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x","y")')
TIME = dt.datetime(2016, 12, 5, 2, 30, tzinfo=dt.UTC)
# Straight into the projection, as many as the example has, some of them beginning like formulas.
FILL = text("""
    INSERT INTO assignment (id, version, unit_id, role, state, execution, due_date, effective_due_date, delegates, update_time,
           directive_version, directive_id, task_id, directive_code, directive_abstract, directive_issue_date, document_type, content,
           has_deadline, must_report, search_text)
    SELECT gen_random_uuid(), 1, :unit, 1, 1, 1, due, due, '{}', now(), 1, gen_random_uuid(), gen_random_uuid(), n || '/UBND-TH',
           'V/v rà soát', DATE '2025-04-01' - n % 90, 1,
           (ARRAY['=1+1', '+84', '-1', '@x', 'Rà soát'])[1 + n % 5] || ' ' || n, true, false, ''
      FROM generate_series(1, :rows) n, LATERAL (SELECT DATE '2025-05-01' + n % 200 AS due) d
""")


def head(total: int | None, *columns: str) -> Head:
    return Head("Danh sách", ["Đơn vị: Sở Y tế"], TIME, [(column, 20) for column in columns], total)


def written(name: str, rows: list[list[Any]], total: int | None) -> io.BytesIO:
    file = io.BytesIO()
    sheet = FORMATS[name][0](file, head(total, *("Cột",) * len(rows[0])))
    sheet.add(rows)
    sheet.end()
    file.seek(0)
    return file


def cells(content: Any) -> list[list[Any]]:
    """All of the first page's."""
    return CalamineWorkbook.from_filelike(io.BytesIO(content) if isinstance(content, bytes) else content).get_sheet_by_index(0).to_python()


def table(content: bytes) -> list[list[Any]]:
    """The rows below the headings."""
    found = cells(content)
    return found[1 + next(place for place, row in enumerate(found) if row[0] == "TT") :]


@pytest.mark.article("§6.28")
def test_a_text_stays_a_text_and_a_date_is_a_date() -> None:
    rows = [[words, dt.date(2016, 12, 5), TIME, 12_345, None] for words in HOSTILE]
    found = cells(written("xlsx", rows, len(rows)))
    assert [row[0] for row in found[:4]] == ["Danh sách", "Điều kiện: Đơn vị: Sở Y tế", "Số liệu lúc 09:30 05/12/2016", "Số dòng:"]
    assert (found[3][1], found[5][0]) == (6, "TT")
    assert [row[1] for row in found[6:]] == list(HOSTILE)
    assert found[6][2:] == [dt.date(2016, 12, 5), dt.datetime(2016, 12, 5, 9, 30), 12_345, ""]


@pytest.mark.article("§6.28")
def test_a_text_for_other_software_is_harmless_too() -> None:
    rows = [[words, dt.date(2016, 12, 5)] for words in HOSTILE]
    raw = written("csv", rows, None).read()
    assert raw.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [row[1] for row in found[5:11]] == [f"'{words}" for words in HOSTILE]
    assert (found[5][2], found[-1]) == ("05/12/2016", ["Số dòng:", "6"])


@pytest.mark.parametrize("name", FORMATS)
def test_a_hundred_thousand_rows_need_no_memory_of_their_own(name: str) -> None:
    with TemporaryFile() as file:
        sheet = FORMATS[name][0](file, head(100_000, "Nhiệm vụ"))
        tracemalloc.start()
        for first in range(0, 100_000, 200):
            sheet.add([f"Rà soát quỹ đất công trên địa bàn {number}"] for number in range(first, first + 200))
        sheet.end()
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert file.seek(0, 2) > 1_000_000
    assert used < 3_000_000


@pytest.mark.article("§6.28", "Đ9.1")
async def test_twelve_thousand_rows_are_as_many_as_the_screen_says(world: World) -> None:
    async with world.stacks["reporting"].session() as session:
        await session.execute(FILL, {"unit": STNMT, "rows": ROWS})
    office = await world.browser(AN)
    query = f"unit={STNMT}&timeliness=in_time&due_from=2025-05-01"
    screen = (await office.get(f"/tasks?{query}")).text
    assert "12.000 nhiệm vụ" in screen
    assert f"/tasks/export.xlsx?timeliness=in_time&amp;unit={STNMT}" in screen
    answer = await office.get(f"/tasks/export.xlsx?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, FORMATS["xlsx"][1])
    assert re.search(r"filename\*=UTF-8''Danh%20s%C3%A1ch%20nhi%E1%BB%87m%20v%E1%BB%A5.*\.xlsx", answer.headers["content-disposition"])
    above, rows = cells(answer.content)[:6], table(answer.content)
    assert [row[0] for row in above[:3]] == [
        "Danh sách nhiệm vụ",
        "Điều kiện: Đơn vị: Sở Tài nguyên và Môi trường; Thời hạn: Trong hạn; Hạn từ ngày 01/05/2025",
        "Số liệu lúc 09:00 24/04/2025",
    ]
    assert (above[3][1], len(rows)) == (ROWS, ROWS)
    assert [row[0] for row in rows] == list(range(1, ROWS + 1))
    content, due = [[row[1 + place] for row in rows] for place in (0, 6)]
    assert due == sorted(due)
    assert all(isinstance(day, dt.date) for day in due)
    assert {words[:2] for words in content} == {"=1", "+8", "-1", "@x", "Rà"}


@pytest.mark.article("D13")
async def test_a_file_holds_what_its_reader_may_see(world: World) -> None:
    _, assignment = await publish(world)
    link = f"/vuong-mac/moi?assignment_id={assignment}"
    await made(world, OFFICER, link, {"assignment_id": assignment, **DIFFICULTY})
    mine, foreign = await world.browser(STNMT_LEADER), await world.browser(SYT_LEADER)
    for address, words in (("/tasks", "Rà soát quỹ đất công"), ("/directives", "V/v rà soát quỹ đất công"), ("/vuong-mac", "Thiếu hồ sơ")):
        (row,) = table((await mine.get(f"{address}/export.xlsx")).content)[:1]
        assert words in str(row), address
        assert words in (await mine.get(f"{address}/export.csv")).text
        assert words not in (await foreign.get(f"{address}/export.csv")).text


async def test_records_come_page_after_page(world: World, monkeypatch) -> None:
    monkeypatch.setattr("gateway.routes.exports.PAGE_ROWS", 2)
    _, assignment = await publish(world)
    for number in range(5):
        link = f"/vuong-mac/moi?assignment_id={assignment}"
        await made(world, OFFICER, link, {"assignment_id": assignment, **DIFFICULTY, "difficulty": f"=Vướng mắc {number}"})
    office = await world.browser(AN)
    *rows, _blank, count = table((await office.get("/vuong-mac/export.xlsx?state=raised")).content)
    assert (len(rows), count[:2]) == (5, ["Số dòng:", 5])
    assert {row[1] for row in rows} == {f"=Vướng mắc {number}" for number in range(5)}
    none = await office.get("/vuong-mac/export.csv?state=closed")
    assert "Trạng thái: Đã kết thúc" in none.text
    assert "Vướng mắc 1" not in none.text


@pytest.mark.parametrize(
    "address", ["/tasks/export.xlsx?due_from=32/13/2016", "/phieu-bao/export.csv?state=xx", "/tasks/export.xlsx?unit=x"]
)
async def test_what_cannot_be_read_is_an_error_and_no_file(world: World, address: str) -> None:
    answer = await (await world.browser(AN)).get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "text/html; charset=utf-8")


def test_cells_read_as_the_screen_does() -> None:
    assert exports.lines('<span class="nowrap">28/11/2016</span><br>\n <span>quá&nbsp;7 ngày</span>') == ["28/11/2016", "quá 7 ngày"]
    assert exports.lines('<svg><use href="#x"></use></svg> Đã &lt;xong&gt;') == ["Đã <xong>"]
    typed = [exports.typed(words) for words in ("28/11/2016", "15", "007", "Quý 4", "")]
    assert typed == [dt.date(2016, 11, 28), 15, "007", "Quý 4", ""]
    assert exports.typed("09:30 05/12/2016") == TIME


def test_every_condition_of_an_address_has_its_words() -> None:
    def named(_id: str) -> str:
        return "tên"

    for pairs in conditions():
        chosen, _, errors = filters.parse(pairs)
        assert errors == {}
        found = filter_words.conditions(chosen, unit=named, field=named, person=named)
        assert len(found) == 1, pairs
        assert "Chưa rõ" not in found[0]


def conditions() -> Iterator[list[tuple[str, str]]]:
    """Each that the address knows."""
    yield from ([(name, "1")] for name, _ in filters.FLAGS)
    yield from ([(name, "yes")] for name in ("has_deadline", "phased"))
    yield from ([(name, "x")] for name in ("unit", "field", "specialist", "directive", "q"))
    yield from ([(name, "2016-12-05")] for name in ("due_from", "due_to", "issue_from", "issue_to", "done_from", "done_to"))
    yield from ([("overdue_from", "8")], [("overdue_to", "7")], [("overdue_from", "8"), ("overdue_to", "15")])
    choices = {"state": "sent", "timeliness": "overdue", "execution": "done", "obstacle": "raised", "authority": "chairman",
               "role": "lead", "column": "open_overdue", "regime": "national"}  # fmt: skip
    yield from ([pair] for pair in choices.items())
