"""Entering a document and publishing it; refusing a secret one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1 import event_pb2

from kit import db
from kit.clock import local_date
from kit.copies import calendar_for_verdicts
from kit.errors import AlreadyExists, InvalidArgument, Violation
from kit.events import emit
from kit.identity import Actor
from kit.ids import optional_uuid
from kit.law import article
from services.directive.convert.documents import refusal_to_proto
from services.directive.model import ENTRY_ROLES, Directive, Participation, SecretRefusal, Task, TaskContent, UnitPart
from services.directive.queries import documents, people, registry
from services.directive.service.annex1 import match
from services.directive.service.told import tell


@dataclass
class DirectiveContent:
    """A document as entered: the columns of Directive, and its tasks."""

    facts: dict[str, Any]
    tasks: list[TaskContent]


@article("Đ6.1.e", "Đ8.1.đ")
async def create(session: AsyncSession, actor: Actor, *, content: DirectiveContent, now: datetime) -> Directive:
    """A draft with a proposed specialist for each assignment (Đ6.1.e, Đ8.1.đ)."""
    actor.require(*ENTRY_ROLES)
    await _require_new_code(session, content)
    who = {"entered_by": actor.person_id, "entered_by_name": actor.name}
    entered = Directive(id=db.new_id(), version=1, create_time=now, tasks=[], changes=[], **who, **content.facts)
    await _fill(session, entered, content.tasks, local_date(now))
    session.add(entered)
    await _flush_new_code(session)
    await tell(session, entered, event_pb2.DirectiveDrafted)
    return entered


async def update(
    session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, content: DirectiveContent, now: datetime
) -> Directive:
    """Replaces a draft."""
    actor.require(*ENTRY_ROLES)
    draft = await documents.directive(session, actor, id, lock=True)
    draft.require_draft(expected_version)
    if (draft.number, draft.symbol, draft.issue_year) != _code(content):
        await _require_new_code(session, content)
    for name, value in content.facts.items():
        setattr(draft, name, value)
    draft.tasks = []
    await session.flush()
    await _fill(session, draft, content.tasks, local_date(now))
    draft.version += 1
    await _flush_new_code(session)
    await tell(session, draft, event_pb2.DirectiveDrafted)
    return draft


@article("Đ2.7", "Đ7.1")
async def publish(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, now: datetime) -> Directive:
    """Đ2.7, Đ7.1."""
    actor.require(*ENTRY_ROLES)
    draft = await documents.directive(session, actor, id, lock=True)
    draft.require_draft(expected_version)
    # The draft may be of another day: units are dissolved, people leave.
    unknown = await unknown_in(session, draft.tasks, "directive.tasks", local_date(now))
    draft.publish(actor, now, await calendar_for_verdicts(session), unknown)
    await open_to_units(session, draft)
    await tell(session, draft, event_pb2.DirectivePublished)
    return draft


async def open_to_units(session: AsyncSession, published: Directive) -> None:
    """Whoever takes part may read; what was opened once stays open."""
    await session.flush()
    rows = published.participations()
    if rows:
        await session.execute(insert(Participation).on_conflict_do_nothing(), rows)


@article("D13")
async def open_to_unit(session: AsyncSession, *, unit_id: UUID, task_id: UUID) -> None:
    """D13: to a unit that gets the task later; of a purged one there is nothing left to open."""
    row = documents.participation(unit_id, task_id)
    await session.execute(insert(Participation).from_select(["unit_id", "task_id", "directive_id"], row).on_conflict_do_nothing())


async def _fill(session: AsyncSession, entered: Directive, tasks: list[TaskContent], today: date) -> None:
    entered.require_issued(today)
    entered.require_authority()
    unknown = await unknown_in(session, tasks, "directive.tasks", today)
    if unknown:
        raise InvalidArgument.fields(unknown)
    await propose(session, ((task.field_id, task.parts) for task in tasks), today)
    entered.set_tasks(tasks)


@article("Đ6.1.e", "Đ8.1.đ", "§6.9")
async def propose(session: AsyncSession, places: Any, today: date) -> None:
    """Đ8.1.đ: fills in who follows, by the row of Annex I in force today, where nobody was chosen. An absent specialist stays the owner.

    `places`: pairs of a field and the parts in it.
    """
    rules = await people.rules_on(session, today)
    for field_id, parts in places:
        for part in parts:
            part.specialist_id = part.specialist_id or match(rules, field_id, part.unit_id)


@article("Đ6.1.c", "D12")
async def unknown_in(session: AsyncSession, tasks: Sequence[TaskContent | Task], path: str, today: date) -> list[Violation]:
    """What the registry doesn't know today: units (D12), fields, specialists; each named."""
    known_fields = {field.id for field in await registry.fields(session)}
    problems = []
    for index, task in enumerate(tasks):
        if task.field_id and task.field_id not in known_fields:
            problems.append(Violation(f"{path}[{index}].field_id", "FIELD_UNKNOWN", "Lĩnh vực không có trong danh mục."))
    # A unit's phases are one row of the form.
    lists = {
        f"{path}[{index}].assignments": list(
            {part.unit_id: UnitPart(part.unit_id, part.role, None, False, part.specialist_id) for part in task.parts}.values()
        )
        for index, task in enumerate(tasks)
    }
    return problems + await unknown_parts(session, lists, today)


async def unknown_parts(session: AsyncSession, lists: dict[str, list[UnitPart]], today: date) -> list[Violation]:
    """`lists`: parts by the path of their list."""
    parts = [part for listed in lists.values() for part in listed]
    units = await registry.units_by_id(session, (part.unit_id for part in parts))
    specialists = await registry.people_with_role(session, {part.specialist_id for part in parts if part.specialist_id}, "specialist")
    problems = []
    for path, listed in lists.items():
        for place, part in enumerate(listed):
            unit = units.get(part.unit_id)
            if unit is None or not unit.exists_on(today):
                problems.append(Violation(f"{path}[{place}].unit_id", "UNIT_UNKNOWN", "Đơn vị không có hoặc không còn hoạt động."))
            if part.specialist_id and part.specialist_id not in specialists:
                message = "Người theo dõi không phải là chuyên viên đang công tác; hãy chọn hoặc đề xuất lại."
                problems.append(Violation(f"{path}[{place}].specialist_id", "SPECIALIST_UNKNOWN", message))
    return problems


@article("Đ5", "Đ6.2")
async def note_refusal(session: AsyncSession) -> None:
    """Đ6.2: the count, the time and the sender of a secret document that was refused; in the transaction of the refusal's own."""
    work = db.work(session)
    refusal = SecretRefusal(
        id=db.new_id(),
        time=work.now,
        sender_id=optional_uuid(work.actor.person_id),
        sender_name=work.actor.name,
        sender_unit_id=optional_uuid(work.actor.unit_id),
    )
    session.add(refusal)
    await session.flush()
    await emit(session, refusal.id, 1, event_pb2.SecretRefused(refusal=refusal_to_proto(refusal)))


def _code(content: DirectiveContent) -> tuple[str, str, int]:
    return content.facts["number"], content.facts["symbol"], content.facts["issue_year"]


async def _require_new_code(session: AsyncSession, content: DirectiveContent) -> None:
    number, symbol, year = _code(content)
    taken = await documents.id_of_code(session, number=number, symbol=symbol, year=year)
    if taken is not None:
        raise _code_taken(str(taken))


async def _flush_new_code(session: AsyncSession) -> None:
    """Two clerks may enter the same document at the same moment; the second meets the first one's row here."""
    try:
        await session.flush()
    except IntegrityError as error:
        if "directive_code_key" in str(error.orig):
            raise _code_taken("") from None
        raise


def _code_taken(id: str) -> AlreadyExists:
    return AlreadyExists(
        reason="DIRECTIVE_EXISTS",
        message="Văn bản có số, ký hiệu này trong năm đã được nhập.",
        violations=[Violation("directive.number", "DIRECTIVE_EXISTS", "Văn bản có số, ký hiệu này trong năm đã được nhập.")],
        metadata={"id": id} if id else {},
    )
