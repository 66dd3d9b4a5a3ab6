"""Saying once a minute what would otherwise be said at every request."""

from collections.abc import Hashable
from datetime import datetime

# Of all keys together in one minute: whoever comes under ever new names fills neither the memory nor what is written.
LIMIT = 1000


class Quiet:
    """Which things were said in this minute; one per process."""

    def __init__(self) -> None:
        self._minute = 0
        self._said: set[Hashable] = set()

    def is_new(self, key: Hashable, now: datetime) -> bool:
        """Whether `key` is to be said now."""
        minute = int(now.timestamp() // 60)
        if minute != self._minute:
            self._minute, self._said = minute, set()
        if key in self._said or len(self._said) >= LIMIT:
            return False
        self._said.add(key)
        return True
