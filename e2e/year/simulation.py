"""Time that moves by steps: lives wait for a moment or for news, and a step ends when each of them waits again."""

import asyncio
import heapq
import traceback
from collections.abc import Coroutine, Hashable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

HUE = ZoneInfo("Asia/Ho_Chi_Minh")
# So many failures are told when they happen; all are counted.
TOLD = 40
# Before anybody works the schedulers run; the Office works in the morning, units in the afternoon. Calendars change in
# the evening, when nobody else does anything, so that what is judged at one moment is judged by one calendar.
NIGHT, MORNING, AFTERNOON, EVENING = time(0, 5), time(8, 30), time(15, 0), time(19, 0)


def at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, HUE)


class Simulation:
    """Writes the clock that every process reads, and runs the lives."""

    def __init__(self, clock_file: Path, start: datetime) -> None:
        self._file = clock_file
        self._waiting: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._listening: dict[Hashable, asyncio.Future[Any]] = {}
        self._news: dict[Hashable, Any] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = self._busy = 0
        self._idle = asyncio.Event()
        # What a life couldn't make sense of: the run fails by it.
        self.failures: list[str] = []
        self.set(start)

    @property
    def today(self) -> date:
        return self.now.date()

    def set(self, now: datetime) -> None:
        self.now = now
        fresh = self._file.with_suffix(".new")
        fresh.write_text(now.isoformat())
        fresh.replace(self._file)

    def start(self, name: str, life: Coroutine[Any, Any, Any]) -> None:
        self._busy += 1
        self._idle.clear()
        task = asyncio.create_task(self._run(name, life))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, name: str, life: Coroutine[Any, Any, Any]) -> None:
        try:
            await life
        except Exception as error:  # one life's failure is told at the end, and the others go on
            where = traceback.extract_tb(error.__traceback__)
            places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(where[-6:]))
            self.failures.append(f"{self.now:%Y-%m-%d %H:%M} {name}: {error!r} at {places}")
            if len(self.failures) <= TOLD:
                print(f"  ! {self.failures[-1]}", flush=True)
        finally:
            self._rest()

    async def until(self, day: date, hour: time = AFTERNOON) -> None:
        """Until then; not at all when that is past."""
        moment = at(day, hour)
        if moment <= self.now:
            return
        self._count += 1
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (moment, self._count, future))
        await self._wait(future)

    async def news(self, key: Hashable) -> Any:
        """What `tell` told under this key, once."""
        if key in self._news:
            return self._news.pop(key)
        future = self._listening[key] = asyncio.get_running_loop().create_future()
        return await self._wait(future)

    def tell(self, key: Hashable, what: Any = None) -> None:
        """Wakes who listens, or keeps it for who will."""
        future = self._listening.pop(key, None)
        if future is None:
            self._news[key] = what
        else:
            self._busy += 1
            self._idle.clear()
            future.set_result(what)

    async def step(self, day: date, hour: time) -> None:
        """Time moves; returns when whoever had waited for it is done for now."""
        self.set(at(day, hour))
        while self._waiting and self._waiting[0][0] <= self.now:
            self._busy += 1
            heapq.heappop(self._waiting)[2].set_result(None)
        await self.quiet()

    async def quiet(self) -> None:
        """Until every life waits."""
        while self._busy:
            self._idle.clear()
            await self._idle.wait()

    async def end(self) -> None:
        """Those that wait still are told that nothing more will come."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _wait(self, future: asyncio.Future[Any]) -> Any:
        self._rest()
        return await future

    def _rest(self) -> None:
        self._busy -= 1
        if not self._busy:
            self._idle.set()
