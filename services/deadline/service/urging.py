"""Proposing and issuing notices, and the matters that go to the Chairman (Đ8.1.e)."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from google.protobuf.message import Message
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1.assignment_pb2 import CheckUrgeableRequest
from ykcd.assignment.v1.assignment_pb2_grpc import AssignmentServiceStub
from ykcd.deadline.v1 import event_pb2

from kit import db
from kit.clock import local_date
from kit.copies import calendar_for_verdicts, working_calendar
from kit.errors import InvalidArgument, stale_version
from kit.events import emit
from kit.identity import Actor
from kit.law import article
from kit.rpc import ask
from kit.rpc.caller import Proof
from kit.workdays import WorkingCalendar
from services.deadline.config import DeadlineSettings
from services.deadline.convert import escalation_to_proto, notice_to_proto
from services.deadline.model import Deadline, Escalation, UrgingNotice, UrgingNumber, escalation, notice
from services.deadline.model.escalation import Direction
from services.deadline.model.series import Series, next_day
from services.deadline.queries import urging as queries
from services.deadline.service import jobs

URGING_JOB = "urging"

NOTICE_EVENTS: dict[int, type[Message]] = {
    notice.PROPOSED: event_pb2.UrgingNoticeProposed,
    notice.ISSUED: event_pb2.UrgingNoticeIssued,
    notice.ACKNOWLEDGED: event_pb2.UrgingNoticeAcknowledged,
}
ESCALATION_EVENTS: dict[int, type[Message]] = {
    escalation.DUE: event_pb2.EscalationDue,
    escalation.REPORTED: event_pb2.EscalationReported,
    escalation.DIRECTED: event_pb2.EscalationDirected,
    escalation.DONE: event_pb2.EscalationClosed,
}


async def settle(session: AsyncSession, clock: Deadline, *, calendar: WorkingCalendar) -> None:
    """After the clock, held by the caller, or its assignment has changed: ends what is moot."""
    series = await _series(session, clock, calendar)
    await _told(session, series.settle(), calendar)


async def advance(session: AsyncSession, *, now: datetime) -> int:
    """What this day brings for up to a batch of assignments. How many changed; 0 also when another replica is at it."""
    mark = await jobs.begin(session, URGING_JOB)
    calendar = await working_calendar(session)
    if mark is None or not calendar.is_working(local_date(now)):
        return 0
    changed = 0
    for clock in await queries.to_urge(session, today=local_date(now), limit=jobs.BATCH):
        new = (await _series(session, clock, calendar)).advance()
        session.add_all(new)
        await _told(session, new, calendar)
        changed += bool(new)
    if not changed:
        mark.last_processed = max(mark.last_processed, now)
    return changed


async def _series(session: AsyncSession, clock: Deadline, calendar: WorkingCalendar) -> Series:
    copy = await queries.copy_to_urge(session, clock.assignment_id)
    notices, escalations = await queries.series_of(session, clock.assignment_id)
    return Series(copy, clock, notices, escalations, calendar, db.work(session).now)


async def _told(session: AsyncSession, changed: Iterable[UrgingNotice | Escalation], calendar: WorkingCalendar) -> None:
    await session.flush()
    for each in changed:
        if isinstance(each, UrgingNotice):
            await _tell_notice(session, each, calendar)
        else:
            await emit(session, each.id, each.version, ESCALATION_EVENTS[each.state](escalation=escalation_to_proto(each)))


async def _tell_notice(session: AsyncSession, each: UrgingNotice, calendar: WorkingCalendar) -> None:
    event = NOTICE_EVENTS.get(each.state, event_pb2.UrgingNoticeEnded)
    told = notice_to_proto(each, calendar, local_date(db.work(session).now))
    await emit(session, each.id, each.version, event(notice=told))


@article("Đ8.1.e", "§6.20")
async def issue(
    session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, now: datetime, settings: DeadlineSettings, proof: Proof
) -> UrgingNotice:
    """Đ8.1.e: two who press together meet at the series' lock, and the second is told why. `proof`: the caller's own, for `assignment`."""
    actor.require(*notice.ISSUERS)
    wanted = await queries.urging_notice(session, actor, id)
    actor.on_behalf_of("office_leader", owner=wanted.copy.specialist_id)
    calendar = await calendar_for_verdicts(session)
    series = await _series(session, await queries.clock_to_urge(session, wanted.assignment_id), calendar)
    series.require_issuable(wanted)
    _require_version(wanted, expected_version)
    # Whether a result is pending knows only `assignment`.
    question = CheckUrgeableRequest(id=str(wanted.assignment_id), expected_version=series.copy.version)
    told = await ask("assignment", settings.assignment_address, lambda peer: AssignmentServiceStub(peer).CheckUrgeable, question, proof)
    answer_due = next_day(series.today, calendar, basis=settings.urging_days)
    number = await _next_number(session, series.today.year)
    wanted.issue(actor, now, number=number, answer_due=answer_due, overdue=series.days_overdue(), told=told)
    await session.flush()
    await _tell_notice(session, wanted, calendar)
    return wanted


@article("Đ8.1.e")
async def _next_number(session: AsyncSession, year: int) -> int:
    """Gapless: whoever asks next waits for this transaction's end, and a rollback gives the number back."""
    last = insert(UrgingNumber).values(series=notice.SERIES, year=year, last=1)
    last = last.on_conflict_do_update(index_elements=["series", "year"], set_={"last": UrgingNumber.last + 1})
    return (await session.execute(last.returning(UrgingNumber.last))).scalar_one()


async def acknowledge(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, answer: str, now: datetime) -> UrgingNotice:
    """By the unit that it was issued to."""
    actor.require(*notice.ANSWERERS)
    found = await queries.urging_notice(session, actor, id, lock=True)
    _require_version(found, expected_version)
    found.acknowledge(actor, now, answer=answer)
    await session.flush()
    await _tell_notice(session, found, await working_calendar(session))
    return found


async def report(
    session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, number: str, day: date, note: str, now: datetime
) -> Escalation:
    """The report to the Chairman."""
    actor.require(*notice.ISSUERS)
    matter = await _opened(session, actor, id, expected_version)
    matter.report(actor, now, number=number, day=day, note=note)
    await _told(session, [matter], WorkingCalendar())
    return matter


async def direct(
    session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, direction: Direction, new_specialist_id: str, now: datetime
) -> Escalation:
    """The Chairman's decision. `new_specialist_id`: who follows the new unit's part; empty: the Office leaders' queue."""
    actor.require(*escalation.DIRECTORS)
    matter = await _opened(session, actor, id, expected_version)
    matter.direct(actor, now, direction=direction)
    if direction.new_unit_id and not await queries.in_force(session, direction.new_unit_id, local_date(now)):
        raise InvalidArgument.field("new_unit_id", "UNIT_UNKNOWN", "Đơn vị không tồn tại hoặc không còn hoạt động.")
    if new_specialist_id and not await queries.is_specialist(session, UUID(new_specialist_id)):
        message = "Người được chọn không phải là chuyên viên theo dõi."
        raise InvalidArgument.field("new_specialist_id", "SPECIALIST_UNKNOWN", message)
    await session.flush()
    event = event_pb2.EscalationDirected(escalation=escalation_to_proto(matter), new_specialist_id=new_specialist_id)
    await emit(session, matter.id, matter.version, event)
    return matter


async def close(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, note: str, now: datetime) -> Escalation:
    """What was directed has happened."""
    actor.require(*notice.ISSUERS)
    matter = await _opened(session, actor, id, expected_version)
    matter.close(actor, now, note=note)
    await _told(session, [matter], WorkingCalendar())
    return matter


async def _opened(session: AsyncSession, actor: Actor, id: UUID, expected_version: int) -> Escalation:
    matter = await queries.escalation_of(session, actor, id, lock=True)
    actor.on_behalf_of("office_leader", "chairman", owner=matter.copy.specialist_id)
    _require_version(matter, expected_version)
    return matter


def _require_version(found: UrgingNotice | Escalation, expected: int) -> None:
    if found.version != expected:
        raise stale_version(found.version)
