"""Words that occur nowhere by chance, and finding them in bytes however they were encoded, compressed or packed.

A word's letters are few, so that one pass finds candidates for all words. No three letters follow each other twice, so that PostgreSQL's
compression, which refers back to what stood before and puts a byte of its own before each eight, leaves eight letters of it together.
"""

import base64
import email
import email.policy
import gzip
import io
import random
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator

LETTERS = "QXZJWKVF"
LENGTH = 16
# What compression leaves together at the least.
RUN = 8
_PLAIN = re.compile(f"[{LETTERS}{LETTERS.lower()}]{{{RUN},}}".encode())
_WIDE = [re.compile(unit * RUN) for unit in (f"[{LETTERS}{LETTERS.lower()}]\0".encode(), f"\0[{LETTERS}{LETTERS.lower()}]".encode())]
_HEX_DIGITS = "|".join(f"{ord(letter):x}" for letter in LETTERS + LETTERS.lower())
# Alternatives are slow, and most bytes are no digits.
_DIGITS = re.compile(rb"[0-9a-fA-F]{16,}")
_HEX = re.compile(f"(?i:{_HEX_DIGITS}){{{RUN},}}".encode())
# base64 of at least the part of a word that its surroundings don't change.
_CODED = re.compile(rb"[A-Za-z0-9+/_-]{16,}")
_NESTED = 4


def new_words(count: int) -> list[str]:
    """No two share three letters."""
    chance, seen, made = random.SystemRandom(), set[str](), list[str]()
    while len(made) < count:
        word = "".join(chance.choices(LETTERS, k=LENGTH))
        triples = {word[start : start + 3] for start in range(LENGTH - 2)}
        if len(triples) == LENGTH - 2 and triples.isdisjoint(seen):
            seen |= triples
            made.append(word)
    return made


class Search:
    """For some words, upper or lower case: as UTF-8, UTF-16, hexadecimal, base64 and base64url; in gzip, zip and mails too."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = list(words)
        self._runs = {
            form[start : start + RUN]: word
            for word in self.words
            for form in (word.encode(), word.lower().encode())
            for start in range(LENGTH - RUN + 1)
        }
        self._base64 = {code: word for word in self.words for form in (word, word.lower()) for code in _base64_forms(form.encode())}

    def in_bytes(self, data: bytes, depth: int = 0) -> set[str]:
        """The words that are there."""
        found = {word for run in _PLAIN.findall(data) for word in self._in_run(run)}
        for pattern in _WIDE:
            found |= {word for run in pattern.findall(data) for word in self._in_run(run.replace(b"\0", b""))}
        for run in _HEX.findall(b"\n".join(_DIGITS.findall(data))):
            found |= set(self._in_run(bytes.fromhex(run.decode())))
        coded = b"\n".join(_CODED.findall(data))
        found |= {word for code, word in self._base64.items() if code in coded}
        if depth < _NESTED:
            for inner in _unpacked(data):
                found |= self.in_bytes(inner, depth + 1)
        return found

    def _in_run(self, run: bytes) -> Iterator[str]:
        for start in range(len(run) - RUN + 1):
            word = self._runs.get(run[start : start + RUN])
            if word:
                yield word


def _base64_forms(data: bytes) -> Iterator[bytes]:
    """Wherever in a longer text it begins: the part that its surroundings don't change."""
    for shift in range(3):
        kept = data[(3 - shift) % 3 :]
        code = base64.b64encode(kept[: len(kept) // 3 * 3])
        yield code
        yield code.replace(b"+", b"-").replace(b"/", b"_")


def _unpacked(data: bytes) -> Iterator[bytes]:
    """What a file of these bytes holds, if it's one that holds others."""
    try:
        if data.startswith(b"\x1f\x8b"):
            yield gzip.decompress(data)
        elif data.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(data)) as package:
                for name in package.namelist():
                    yield name.encode()
                    yield package.read(name)
        elif re.match(rb"[A-Za-z-]+: ", data) and b"\nMIME-Version: " in data.replace(b"\r", b"")[:4096]:
            yield from _of_mail(data)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError):
        return


def _of_mail(data: bytes) -> Iterator[bytes]:
    message = email.message_from_bytes(data, policy=email.policy.default)
    yield " ".join(map(str, message.values())).encode("utf-8", "replace")
    for part in message.walk():
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes):
            yield payload
