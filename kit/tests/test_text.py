"""Vietnamese text is the same text however it was typed."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from kit.text import collation_key, fold, nfc


def test_what_is_typed_without_diacritics_finds_what_has_them() -> None:
    assert fold("Đôn đốc  UỶ BAN") == "don doc uy ban"
    assert fold(unicodedata.normalize("NFD", "Đôn đốc")) == fold("\u00d0ôn đốc") == "don doc"


def test_units_sort_as_in_a_vietnamese_dictionary() -> None:
    names = ["Sở Du lịch", "Sở Xây dựng", "Đài Phát thanh", "Ban Dân tộc", "Công an", "Sở Y tế", "Ủy ban", "Sở Ngoại vụ", "Sở Nội vụ"]
    expected = ["Ban Dân tộc", "Công an", "Đài Phát thanh", "Sở Du lịch", "Sở Ngoại vụ", "Sở Nội vụ", "Sở Xây dựng", "Sở Y tế", "Ủy ban"]
    assert sorted(names, key=collation_key) == expected


def test_letters_come_before_tones() -> None:
    assert sorted(["ba", "bạ", "bà", "bá", "bả", "bã", "bă", "bâ"], key=collation_key) == ["ba", "bà", "bả", "bã", "bá", "bạ", "bă", "bâ"]


@given(st.text())
def test_both_ways_of_composing_give_the_same(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    assert nfc(decomposed) == nfc(text)
    assert fold(decomposed) == fold(text)
