"""What a figure of the evaluation counts, as it was then: every score opens to its tasks (Đ12.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.reporting.v1 import evaluation_pb2 as pb

from kit.errors import InvalidArgument, not_found
from kit.identity import Actor
from kit.law import article
from kit.workdays import WorkingCalendar
from services.reporting.evaluation import convert, queries
from services.reporting.evaluation.model import Kind
from services.reporting.evaluation.queries import Whose
from services.reporting.evaluation.service import Figures, Sight, Subject, working_days
from services.reporting.model import READER_ROLES

LISTS_OF_SPECIALISTS = {
    pb.EVALUATION_MEASURE_ENTRIES: Kind.ENTRY,
    pb.EVALUATION_MEASURE_ENTRIES_LATE: Kind.ENTRY,
    pb.EVALUATION_MEASURE_VERIFICATIONS: Kind.VERIFICATION,
    pb.EVALUATION_MEASURE_VERIFICATIONS_LATE: Kind.VERIFICATION,
}
ONLY_LATE = (pb.EVALUATION_MEASURE_ENTRIES_LATE, pb.EVALUATION_MEASURE_VERIFICATIONS_LATE)


@dataclass(frozen=True)
class Asked:
    """Which figure is opened; `person_id` with `leads` (None: no person of the unit), or of a specialist."""

    measure: int
    unit_id: UUID | None
    person_id: UUID | None
    leads: bool | None

    @article("D13", "Đ2.1", "§6.29")
    def require(self, actor: Actor, sight: Sight) -> None:
        """InvalidArgument for what isn't whole; another unit's is as if missing."""
        of_specialist = self.measure in LISTS_OF_SPECIALISTS or self.measure == pb.EVALUATION_MEASURE_AWAITING
        if of_specialist:
            actor.require(*READER_ROLES)
        if not of_specialist and self.unit_id is None:
            raise InvalidArgument.field("unit_id", "UNIT_MISSING", "Bắt buộc chọn đơn vị.")
        if (of_specialist or self.leads is not None) and self.person_id is None:
            raise InvalidArgument.field("person_id", "PERSON_MISSING", "Bắt buộc chọn người.")
        if not of_specialist and self.person_id and self.leads is None:
            raise InvalidArgument.field("part", "PART_MISSING", "Bắt buộc chọn vai trò.")
        if self.unit_id and not sight.score(self.unit_id):
            raise not_found("Không tìm thấy đơn vị.")
        if self.unit_id and self.person_id and not sight.people(self.unit_id):
            actor.require("unit_leader")


@dataclass(frozen=True)
class Listed:
    """Rows as AssignmentRow is made of, or documents; with the day of the act and its working days where it was one."""

    tasks: Sequence[pb.EvaluationTask]
    total: int
    parts: int = 0


@article("Đ12.2", "D13")
async def listed(session: AsyncSession, subject: Subject, asked: Asked, *, after: tuple[Any, ...] | None, limit: int) -> Listed:
    """One page, without the first rows up to `after`: (due day, id), of acts their place. `session` is the worker's."""
    known, period = subject.known, subject.period
    if asked.measure in LISTS_OF_SPECIALISTS:
        assert asked.person_id, "required"
        return await _acts(session, subject, asked.measure, asked.person_id, first=after[0] + 1 if after else 0, limit=limit)
    if asked.measure == pb.EVALUATION_MEASURE_AWAITING:
        assert asked.person_id, "required"
        rows, total = await queries.awaiting_tasks(session, known, person_id=asked.person_id, after=after, limit=limit)  # type: ignore[arg-type]
        return Listed([convert.task(row) for row in rows], total)
    assert asked.unit_id, "required"
    whose = Whose(asked.unit_id, asked.person_id, bool(asked.leads))
    rows, total, parts = await queries.tasks(session, known, period, measure=asked.measure, whose=whose, after=after, limit=limit)  # type: ignore[arg-type]
    return Listed([convert.task(row) for row in rows], total, parts)


async def _acts(session: AsyncSession, subject: Subject, measure: int, person_id: UUID, *, first: int, limit: int) -> Listed:
    known, kind = subject.known, LISTS_OF_SPECIALISTS[measure]
    acts = await queries.acts_of(session, known.time, subject.period, kind=kind, person_id=person_id)
    timed = [(act.id, act.facts["day"], _took(known.calendar, act.facts)) for act in acts]
    most = 0 if kind == Kind.ENTRY else subject.formula.verification_working_days
    wanted = [act for act in timed if measure not in ONLY_LATE or act[2] > most]
    page = wanted[first : first + limit]
    ids = [id for id, _, _ in page]
    if kind == Kind.ENTRY:
        rows: Mapping[UUID, Row[Any]] = await queries.documents(session, known.time, ids)
        return Listed([convert.entry(rows.get(id), id, day, days) for id, day, days in page], len(wanted))
    rows = await queries.rows_by_id(session, known, ids)
    return Listed([convert.task(rows.get(id), day, days) for id, day, days in page], len(wanted))


def _took(calendar: WorkingCalendar, facts: Figures) -> int:
    return facts["late"] if "late" in facts else working_days(calendar, facts["reported"], facts["day"])
