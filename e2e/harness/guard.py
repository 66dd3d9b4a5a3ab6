"""Kills what a supervisor started when the supervisor is gone, however it went.

The kernel kills the supervisor's own children (see `process.spawn`), not theirs. This small process, a script without
imports of the project, is told each child's process group; when the pipe closes it kills those that remain.
"""

import asyncio
import contextlib
import os
import signal
import sys


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        sign, group = line[0], int(line[1:])
        (groups.add if sign == "+" else groups.discard)(group)
    for group in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)


class Guard:
    """The supervisor's end of the pipe."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-IS", __file__), stdin=asyncio.subprocess.PIPE, start_new_session=True
        )

    def watch(self, group: int) -> None:
        self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        self._tell(f"-{group}\n")

    async def stop(self) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.close()
            await self._process.wait()

    def _tell(self, line: str) -> None:
        if self._process and self._process.stdin:
            self._process.stdin.write(line.encode())


if __name__ == "__main__":
    main()
