"""What the words of a document say of a due date (D8), for a document of Thursday 24/04/2025."""

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.text import fold
from services.deadline.model.loose_words import Suggestion, suggest

ISSUED = date(2025, 4, 24)
LOOSE = [
    ("đầu tháng 5", date(2025, 5, 1)),
    ("Giữa tháng 5", date(2025, 5, 15)),
    ("cuối tháng 6/2025", date(2025, 6, 30)),
    ("cuối tháng 02 năm 2028", date(2028, 2, 29)),
    ("cuối tháng", date(2025, 4, 30)),
    ("giữa tháng", date(2025, 5, 15)),
    ("đầu tháng 3", date(2026, 3, 1)),
    ("giữa năm", date(2025, 6, 30)),
    ("cuối năm", date(2025, 12, 31)),
    ("cuối năm 2026", date(2026, 12, 31)),
    ("trong quý II", date(2025, 6, 30)),
    ("trong quí iv/2025", date(2025, 12, 31)),
    ("trong quý I", date(2026, 3, 31)),
]


@pytest.mark.article("D8")
@pytest.mark.parametrize(("words", "due"), LOOSE)
def test_loose_words_suggest_a_day_that_isnt_before_the_document(words: str, due: date) -> None:
    """D8: 1st, 15th and last day of a month; 30/6, 31/12; a quarter's end. Without a year: the document's, or the next."""
    assert suggest(f"Tổng hợp, báo cáo {words}.", ISSUED) == Suggestion(words, due)


@pytest.mark.article("D7", "D8")
@pytest.mark.parametrize(
    ("words", "due", "exclusive"),
    [
        ("trước ngày 02/05/2025", date(2025, 5, 2), True),
        ("chậm nhất trước ngày 2-5-2025", date(2025, 5, 2), True),
        ("chậm nhất là ngày 30 tháng 6 năm 2025", date(2025, 6, 30), False),
        ("đến hết ngày 30/6", date(2025, 6, 30), False),
        ("đến ngày 15/3", date(2026, 3, 15), False),
    ],
)
def test_before_a_day_is_exclusive_and_by_a_day_is_not(words: str, due: date, exclusive: bool) -> None:
    """D7, example 6: the day as written, and whether the last day is the one before."""
    assert suggest(f"Báo cáo UBND tỉnh {words}.", ISSUED) == Suggestion(words, due, exclusive)


@pytest.mark.article("D8")
def test_constantly_means_no_deadline_where_no_day_is_said() -> None:
    assert suggest("Thường xuyên kiểm tra.", ISSUED) == Suggestion("Thường xuyên")
    found = suggest("Thường xuyên kiểm tra; cuối năm tổng kết, báo cáo trước ngày 20/12.", ISSUED)
    assert found == Suggestion("trước ngày 20/12", date(2025, 12, 20), True)


@pytest.mark.article("D8")
@pytest.mark.parametrize(
    "text",
    [
        "Rà soát quỹ đất công.",
        "Số liệu tính đến ngày 30/6/2025",
        "Báo cáo trước ngày 24/4/2025",
        "Báo cáo đến ngày 31/02/2026",
        "Báo cáo cuối tháng 13",
        "Báo cáo cuối tháng sau",
        "Nhiệm vụ 6 tháng cuối năm",
        "Tổng kết cuối năm 2024",
        "Báo cáo trong quý V",
        "Kinh phí dâu thắng lợi giữa thắng",
    ],
)
def test_what_says_no_day_suggests_none(text: str) -> None:
    assert suggest(text, ISSUED) is None


@pytest.mark.article("D8")
@pytest.mark.parametrize(("words", "due"), LOOSE)
def test_words_are_read_however_they_are_typed(words: str, due: date) -> None:
    """Decomposed, in capitals, with blanks; without diacritics where the whole text has none."""
    for text in (unicodedata.normalize("NFD", words), words.upper(), words.replace(" ", "  "), fold(words)):
        found = suggest(text, ISSUED)
        assert found
        assert (found.due_date, found.exclusive) == (due, False)


@given(st.text(max_size=60), st.dates(date(1945, 1, 1), date(2200, 12, 31)))
def test_any_text_is_read_and_nothing_before_the_document_is_suggested(text: str, issued: date) -> None:
    found = suggest(f"{text} trước ngày 15/8, {text}", issued)
    assert found is None or found.due_date is None or found.due_date - timedelta(days=found.exclusive) >= issued
