"""Addresses that a request may name: paths of this site, and nothing else."""

from urllib.parse import urlsplit

FIRST_PRINTABLE = 33
MAX_LENGTH = 2000


def is_local(path: str) -> bool:
    """A path of this site, however a browser may read it: "//evil", "/\\evil" and control characters lead elsewhere."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path or len(path) > MAX_LENGTH:
        return False
    if any(ord(character) < FIRST_PRINTABLE or ord(character) == 127 for character in path):
        return False
    parts = urlsplit(path)
    return not parts.scheme and not parts.netloc
