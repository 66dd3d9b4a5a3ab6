"""One supervised process: started, watched, restarted with back-off when it dies, ended when it is told to."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from e2e.harness.guard import Guard
from e2e.harness.process import Process, end, kill_group, spawn

FIRST_DELAY, LONGEST_DELAY = 0.2, 5.0
STABLE_SECONDS = 10.0  # after so long a life the next restart is quick again
PROBE_SECONDS, PROGRESS_SECONDS = 0.1, 5.0
DEATHS_BEFORE_FIRST_READY = 3
LOG_LINES = 15


class StartFailed(RuntimeError):
    """A process didn't become ready; the message says why and ends with the last lines of its log."""


class Child:
    def __init__(self, process: Process, *, logs: Path, guard: Guard, say: Callable[[str], None], changed: Callable[[], None]) -> None:
        self.process, self.log = process, logs / f"{process.name}.log"
        self.state, self.restarts = "waiting", 0
        self.ready, self._given_up = asyncio.Event(), asyncio.Event()
        self._guard, self._say, self._changed = guard, say, changed
        self._running: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        return self._running.pid if self._running else None

    async def start(self) -> None:
        """Returns when it is ready (a step: when it ended well). Raises StartFailed."""
        began = monotonic()
        self._given_up.clear()
        self._keeper = asyncio.create_task(self._keep(), name=self.process.name)
        await self._ready_or_given_up(began)
        self._say(f"  ok   {self.process.name:<22}{monotonic() - began:6.1f} s")

    async def stop(self) -> None:
        """Gracefully, then hard. It stays stopped until it is started again."""
        if self._keeper is None:
            return
        keeper, self._keeper = self._keeper, None
        keeper.cancel()
        await asyncio.wait([keeper])
        if self._running:
            self._become("stopping")
            await end(self.process, self._running)
            self._forget()
        self.ready.clear()
        self._become("stopped")

    def signal(self, number: signal.Signals) -> None:
        """To the process alone, as `kill` would; after a SIGKILL `ready` waits for the restart."""
        if self._running is None:
            raise ProcessLookupError(f"{self.process.name} is {self.state}")
        if number == signal.SIGKILL:
            self.ready.clear()
        os.kill(self._running.pid, number)

    async def _keep(self) -> None:
        delay, was_ready = FIRST_DELAY, False
        for deaths in range(1, 1 << 30):
            began = monotonic()
            code = await self._live()
            was_ready |= self.state == "running"
            if self.process.ready is None or (deaths >= DEATHS_BEFORE_FIRST_READY and not was_ready):
                return self._conclude(code)
            delay = FIRST_DELAY if monotonic() - began > STABLE_SECONDS else delay
            self.restarts += 1
            self._become("restarting")
            self._say(f"{self.process.name} died ({_described(code)}) and starts again in {delay:.1f} s")
            await asyncio.sleep(delay)
            delay = min(delay * 2, LONGEST_DELAY)
        return None

    async def _live(self) -> int:
        """From birth to death; returns the exit code. Cancelled, it leaves the process to `stop`."""
        self._become("starting")
        self._running = await spawn(self.process, self.log)
        self._guard.watch(self._running.pid)
        self._changed()
        probing = asyncio.create_task(self._probe())
        try:
            code = await self._running.wait()
        finally:
            probing.cancel()
        self.ready.clear()
        self._forget()
        return code

    async def _probe(self) -> None:
        if self.process.ready is None:
            return
        while not await self.process.ready():
            await asyncio.sleep(PROBE_SECONDS)
        self._become("running")
        self.ready.set()

    def _conclude(self, code: int) -> None:
        self._become("done" if code == 0 and self.process.ready is None else f"failed ({_described(code)})")
        (self.ready if self.state == "done" else self._given_up).set()

    async def _ready_or_given_up(self, began: float) -> None:
        waits = [asyncio.create_task(event.wait()) for event in (self.ready, self._given_up)]
        try:
            while not (await asyncio.wait(waits, timeout=PROGRESS_SECONDS, return_when=asyncio.FIRST_COMPLETED))[0]:
                self._say(f"  ...  {self.process.name:<22}{monotonic() - began:6.0f} s so far")
                if monotonic() - began > self.process.start_seconds:
                    raise StartFailed(self._because("isn't ready yet"))
        finally:
            for wait in waits:
                wait.cancel()
        if not self.ready.is_set():
            raise StartFailed(self._because(self.state))

    def _because(self, reason: str) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-LOG_LINES:] if self.log.exists() else []
        return "\n".join([f"{self.process.name}: {reason}. Its log, {self.log}, ends with:", *lines])

    def _forget(self) -> None:
        if self._running:
            kill_group(self._running.pid)
            self._guard.forget(self._running.pid)
            self._running = None

    def _become(self, state: str) -> None:
        self.state = state
        self._changed()


def _described(code: int) -> str:
    with contextlib.suppress(ValueError):
        return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
    return f"signal {-code}"
