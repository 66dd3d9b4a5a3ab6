"""make year: the platform lives through 2025 in a few minutes; then everything is recomputed by rules of its own. One JSON line last."""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from e2e.demo.run import verify_audit
from e2e.demo_data import SEED, read_seed
from e2e.harness import Options, Platform, unused_ports
from e2e.year import plan, story, verify
from e2e.year.days import IMPORTS, ONE_DAY, OUTAGE, Days, scheduled
from e2e.year.documents import Document
from e2e.year.office import Desk
from e2e.year.settle import Settling
from e2e.year.simulation import AFTERNOON, EVENING, MORNING, NIGHT, Simulation, at
from e2e.year.world import World

FIRST_DAY, LAST_DAY, LAST_ENTRY = date(2025, 1, 2), date(2026, 1, 10), date(2025, 12, 12)


class Year:
    def __init__(self, platform: Platform, clock_file: Path, options: argparse.Namespace) -> None:
        self.platform, self.options = platform, options
        self.sim = Simulation(clock_file, at(FIRST_DAY - ONE_DAY, AFTERNOON))
        self.settling = Settling(platform)
        self.world: World
        self.desk: Desk

    async def live(self) -> None:
        """Every day in its turn."""
        self.world = World(self.platform, self.sim, self.options.seed)
        self.desk = Desk(self.world)
        await self.settling.events()
        for document in self._documents():
            self.sim.start(f"document {document.plan.key}", document.run())
        story.begin(self.world, FIRST_DAY.year)
        await self.sim.quiet()
        day, last = FIRST_DAY, self.options.until
        while day <= last:
            await self._day(day)
            if (day + ONE_DAY).day == 1 or day == last:
                self._tell(day)
            day += ONE_DAY
        await self.sim.end()
        await self.settling.events()

    def _documents(self) -> list[Document]:
        calendar = Days()
        end = min(LAST_ENTRY, self.options.until)
        every = (FIRST_DAY + ONE_DAY * number for number in range((end - FIRST_DAY).days + 1))
        days = [day for day in every if calendar.working(day)]
        plans = plan.draw(self.options.seed, days, self.options.documents, self.options.assignments, calendar)
        return [Document(self.world, each) for each in plans]

    async def _day(self, day: date) -> None:
        """The schedule first; on a working day the Office's morning and the units' afternoon."""
        out = not scheduled(day)
        if day == OUTAGE[0]:
            await self.platform.halt("deadline")
            self.settling.without.add("deadline")
        await self.sim.step(day, NIGHT)
        if day == OUTAGE[1] + ONE_DAY:
            await self.platform.resume("deadline")
            self.settling.without.clear()
        await self.settling.events()
        working = self.world.days.working(day)
        if not out:
            await self.settling.schedule(self.sim.now, working=working)
            await self.settling.events()
        if working:
            if not out:
                self.sim.set(at(day, MORNING))
                self.sim.start("desk", self.desk.morning())
            await self.sim.step(day, MORNING)
            await self.settling.events()
        elif not out and day.day % 5 == 0:
            self.sim.start("desk on a day off", self.desk.on_a_day_off())
        for hour in (AFTERNOON, *((EVENING,) if any(day == each.announced for each in IMPORTS) else ())):
            await self.sim.step(day, hour)
            await self.settling.events()

    def _tell(self, day: date) -> None:
        done = self.world.did
        parts = f"{done['published']} documents, {len(self.world.keys)} parts, {done['VerifyAssignment']} verified"
        say(f"{clock()} {day:%d/%m/%Y}: {parts}, {done['IssueUrgingNotice']} phiếu báo, {sum(self.world.crowd.calls.values())} calls")


BEGUN = time.monotonic()


def clock() -> str:
    seconds = round(time.monotonic() - BEGUN)
    return f"[{seconds // 60:2d}:{seconds % 60:02d}]"


def say(line: str) -> None:
    print(line, flush=True)


def write_seed(folder: Path) -> Path:
    """The seed with the unit that comes in July."""
    shutil.copytree(SEED, folder)
    units, people = read_seed("units"), read_seed("people")
    story.seeded(units, people)
    for name, rows in (("units", units), ("people", people)):
        (folder / f"{name}.json").write_text(json.dumps(rows, ensure_ascii=False))
    return folder


async def run(options: argparse.Namespace, home: Path) -> dict[str, Any]:
    clock_file = home / "clock"
    # A mail that waits would wait by the real time: none does. Nobody looks at traces.
    environment = {"YKCD_CLOCK_FILE": str(clock_file), "YKCD_MAIL_WINDOW_SECONDS": "0", "OTEL_TRACES_SAMPLER": "always_off"}
    seed = write_seed(home / "seed")
    platform = Platform(home / "platform", ports=unused_ports(), options=Options(seed=seed, environment=environment), say=lambda _: None)
    year = Year(platform, clock_file, options)
    async with platform:
        say(f"{clock()} the platform is up")
        try:
            await year.live()
            say(f"{clock()} the year is over; {year.settling.seconds:.0f} s of waiting for events")
            audit = verify_audit(platform)
            found = await asyncio.to_thread(verify.verify, platform.ports["postgres"], platform.secret("postgres", "password"))
        finally:
            await year.settling.close()
            await year.world.crowd.close()
    return result(year, audit, found)


def result(year: Year, audit: dict[str, Any], found: "verify.Findings") -> dict[str, Any]:
    """What is printed last."""
    for line in found.problems[:60]:
        say(f"  ! {line}")
    short = {state: verify.WHY.get(state, "") for state, count in found.states.items() if count < verify.ENOUGH}
    missing = [state for state, why in short.items() if not why]
    ok = not (year.sim.failures or found.problems or missing) and bool(audit["intact"]) and not audit["gap_count"]
    return {
        "ok": ok,
        "seed": year.options.seed,
        "seconds": round(time.monotonic() - BEGUN),
        "states": found.states,
        "short": short,
        "checked": found.checked,
        "did": dict(sorted(year.world.did.items())),
        "calls": sum(year.world.crowd.calls.values()),
        "refused": dict(year.world.crowd.refused),
        "audit": audit,
        "failures": len(year.sim.failures),
        "problems": len(found.problems),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m e2e.year", description=__doc__)
    parser.add_argument("--seed", default="2025")
    parser.add_argument("--documents", type=int, default=330)
    parser.add_argument("--assignments", type=int, default=1560)
    parser.add_argument("--until", type=date.fromisoformat, default=LAST_DAY)
    parser.add_argument("--home", type=Path, help="keep everything there, to look at it afterwards")
    options = parser.parse_args()
    home = options.home or Path(tempfile.mkdtemp(prefix="year-"))
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o711)  # PostgreSQL's own account passes through
    try:
        found = asyncio.run(run(options, home.resolve()))
    finally:
        if options.home is None:
            shutil.rmtree(home, ignore_errors=True)
    say(json.dumps(found, ensure_ascii=False))
    return 0 if found["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
