"""Vietnamese text: comparing without diacritics, sorting as a dictionary does. The same everywhere, whatever the database's locale."""

import unicodedata

# Letters in the order of the alphabet; tones in the order of dictionaries (ngang, huyền, hỏi, ngã, sắc, nặng).
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_RANK = {letter: chr(ord("A") + index) for index, letter in enumerate(_ALPHABET)}


def nfc(text: str) -> str:
    """Composed form, with blanks folded and the Icelandic Ð (U+00D0) that some keyboards give made the Vietnamese Đ."""
    return " ".join(unicodedata.normalize("NFC", text).replace("\u00d0", "Đ").split())


def fold(text: str) -> str:
    """Lower case without any diacritics: "Đôn đốc" -> "don doc"."""
    decomposed = unicodedata.normalize("NFD", text.replace("\u00d0", "đ").lower().replace("đ", "d"))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def collation_key(text: str) -> str:
    """Sorts (as plain ASCII) in the order of a Vietnamese dictionary: letters first, tones where the letters are equal."""
    letters: list[str] = []
    tones: list[str] = []
    for char in unicodedata.normalize("NFC", text.lower()):
        parts = unicodedata.normalize("NFD", char)
        tone = next((_TONES[mark] for mark in parts if mark in _TONES), "0")
        letter = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
        letters.append(_RANK.get(letter, letter if letter.isascii() and not letter.isalpha() else "~"))
        tones.append(tone)
    return "".join(letters) + "!" + "".join(tones)
