"""What is asked, and what was known of it at a time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.workdays import WorkingCalendar
from services.reporting import service
from services.reporting.periodic import sources
from services.reporting.periodic.periods import Period
from services.reporting.queries import calendar_as_of
from services.reporting.timeliness import Source, Today

Data = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """What is asked for: a form for a period as of a time; of IV of which unit; and the report before, as of when it was composed."""

    form: int
    period: Period
    as_of: datetime
    unit_id: UUID | None = None
    corrects: tuple[UUID, Period, datetime] | None = None


@dataclass(frozen=True)
class Known:
    """What was known at a time about a period, by the day by which it is reckoned."""

    source: Source
    time: datetime
    today: Today
    calendar: WorkingCalendar
    units: Mapping[UUID, sources.KnownUnit]

    @classmethod
    async def at(cls, session: AsyncSession, time: datetime, period: Period) -> "Known":
        """By the period's last day, or that of `time` where it's earlier."""
        scope = await service.known(session, now=time, as_of=time, first=period.first, last=period.last)
        units = {unit.id: unit for unit in await sources.units(session, time, period)}
        return cls(scope.source, time, scope.today, await calendar_as_of(session, time), units)

    def name(self, unit_id: UUID | str) -> str:
        """Empty for a unit that wasn't told of yet."""
        unit = self.units.get(UUID(str(unit_id)))
        return unit.name if unit else ""

    def ordered(self, unit_ids: Iterable[UUID]) -> list[UUID]:
        """By the units' names."""
        places = {id: place for place, id in enumerate(self.units)}
        return sorted(unit_ids, key=lambda unit_id: (places.get(unit_id, len(places)), unit_id))


def iso(day: date | None) -> str | None:
    """As the data writes a day."""
    return day.isoformat() if day else None
