"""Merkle trees of RFC 9162 (Certificate Transparency), section 2.1: leaf hashes, and the root over any number of them in flat memory."""

import hashlib
from collections.abc import Iterable

HASH_BYTES = 32


def leaf_hash(data: bytes) -> bytes:
    """SHA-256 of 0x00 || data: a leaf can't be passed off as a node."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01 || left || right."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """Grows by one leaf at a time and keeps only the roots of its complete subtrees: one for each binary digit of its size."""

    def __init__(self) -> None:
        self.size = 0
        # (leaves below, root), the largest first.
        self._peaks: list[tuple[int, bytes]] = []

    def append(self, leaf: bytes) -> None:
        """`leaf` is a leaf hash."""
        width = 1
        while self._peaks and self._peaks[-1][0] == width:
            leaf = node_hash(self._peaks.pop()[1], leaf)
            width *= 2
        self._peaks.append((width, leaf))
        self.size += 1

    def root(self) -> bytes:
        """Over all leaves so far; of none, SHA-256 of nothing."""
        if not self._peaks:
            return hashlib.sha256().digest()
        *left, (_, root) = self._peaks
        for _, peak in reversed(left):
            root = node_hash(peak, root)
        return root


def root(leaves: Iterable[bytes]) -> bytes:
    """Over leaf hashes."""
    tree = Tree()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()
