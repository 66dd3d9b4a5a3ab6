"""Use cases: entering a document, publishing it, keeping the registry."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1 import event_pb2

from kit import db
from kit.clock import local_date
from kit.copies import working_calendar
from kit.errors import AlreadyExists, InvalidArgument, Violation
from kit.events import emit
from kit.identity import Actor
from services.directive import queries
from services.directive.convert import directive_to_proto
from services.directive.model import ENTRY_ROLES, Directive, SpecialistRule, TaskContent


@dataclass
class DirectiveContent:
    """A document as entered: the columns of Directive, and its tasks."""

    facts: dict[str, Any]
    tasks: list[TaskContent]


async def create(session: AsyncSession, actor: Actor, *, content: DirectiveContent, now: datetime) -> Directive:
    """A draft with a proposed specialist for each assignment (Đ6.1.e, Đ8.1.đ)."""
    actor.require(*ENTRY_ROLES)
    await _require_new_code(session, content)
    entered = Directive(
        id=db.new_id(), version=1, entered_by=actor.person_id, entered_by_name=actor.name, create_time=now, tasks=[], **content.facts
    )
    await _fill(session, entered, content.tasks, local_date(now))
    session.add(entered)
    await _flush_new_code(session)
    await emit(session, entered.id, entered.version, event_pb2.DirectiveDrafted(directive=directive_to_proto(entered)))
    return entered


async def update(
    session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, content: DirectiveContent, now: datetime
) -> Directive:
    """Replaces a draft."""
    actor.require(*ENTRY_ROLES)
    draft = await queries.directive(session, actor, id, lock=True)
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
    await emit(session, draft.id, draft.version, event_pb2.DirectiveDrafted(directive=directive_to_proto(draft)))
    return draft


async def publish(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, now: datetime) -> Directive:
    """Đ2.7, Đ7.1."""
    actor.require(*ENTRY_ROLES)
    draft = await queries.directive(session, actor, id, lock=True)
    draft.require_draft(expected_version)
    draft.publish(actor, now, await working_calendar(session))
    session.add_all(draft.participations())
    await session.flush()
    await emit(session, draft.id, draft.version, event_pb2.DirectivePublished(directive=directive_to_proto(draft)))
    return draft


async def propose_specialist(session: AsyncSession, *, field_id: UUID, unit_id: UUID, day: date) -> UUID | None:
    """Annex I on `day`: a row for the unit beats a row for all; None means the Office leaders' queue."""
    return _match(await queries.specialist_rules(session, day), field_id, unit_id)


def _match(rules: Any, field_id: UUID | None, unit_id: UUID) -> UUID | None:
    fitting: list[SpecialistRule] = [rule for rule in rules if rule.field_id == field_id and rule.unit_id in (unit_id, None)]
    fitting.sort(key=lambda rule: rule.unit_id is None)
    return fitting[0].specialist_id if fitting else None


async def _fill(session: AsyncSession, entered: Directive, tasks: list[TaskContent], today: date) -> None:
    await _require_known(session, tasks, today)
    rules = await queries.specialist_rules(session, today)
    for task in tasks:
        for part in task.parts:
            part.specialist_id = part.specialist_id or _match(rules, task.field_id, part.unit_id)
    entered.set_tasks(tasks)


async def _require_known(session: AsyncSession, tasks: list[TaskContent], today: date) -> None:
    """Every unit exists today (D12), every field exists, every chosen specialist is one."""
    units = await queries.units_by_id(session, (part.unit_id for task in tasks for part in task.parts))
    known_fields = {field.id for field in await queries.fields(session)}
    chosen = {part.specialist_id for task in tasks for part in task.parts if part.specialist_id}
    specialists = await queries.people_with_role(session, chosen, "specialist")
    problems = []
    for index, task in enumerate(tasks):
        if task.field_id and task.field_id not in known_fields:
            problems.append(Violation(f"directive.tasks[{index}].field_id", "FIELD_UNKNOWN", "Lĩnh vực không có trong danh mục."))
        for place, part in enumerate(task.parts):
            path = f"directive.tasks[{index}].assignments[{place}]"
            unit = units.get(part.unit_id)
            if unit is None or not unit.exists_on(today):
                problems.append(Violation(f"{path}.unit_id", "UNIT_UNKNOWN", "Đơn vị không có hoặc không còn hoạt động."))
            if part.specialist_id and part.specialist_id not in specialists:
                problems.append(Violation(f"{path}.specialist_id", "SPECIALIST_UNKNOWN", "Người được chọn không phải chuyên viên."))
    if problems:
        raise InvalidArgument.fields(problems)


def _code(content: DirectiveContent) -> tuple[str, str, int]:
    return content.facts["number"], content.facts["symbol"], content.facts["issue_year"]


async def _require_new_code(session: AsyncSession, content: DirectiveContent) -> None:
    number, symbol, year = _code(content)
    taken = await queries.id_of_code(session, number=number, symbol=symbol, year=year)
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
