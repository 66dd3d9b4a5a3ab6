"""Absences, and who follows the system for a unit."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1 import event_pb2

from kit import db
from kit.errors import InvalidArgument, Violation
from kit.events import emit
from kit.identity import Actor
from kit.law import article
from services.directive.convert.people import absence_to_proto, follower_to_proto
from services.directive.model import ACCESS_KEPT_EVERY, LEADERS, Absence, Access, Follower
from services.directive.queries import people, registry


@article("Đ8.1.đ")
async def put_absence(
    session: AsyncSession, actor: Actor, *, unit_id: UUID, person_id: UUID, deputy_id: UUID, today: date, **facts: Any
) -> Absence:
    """`facts`: first_day, last_day, reason."""
    known = await registry.colleagues(session, unit_id, (person_id, deputy_id))
    absence = Absence(id=db.new_id(), version=1, unit_id=unit_id, person_id=person_id, deputy_id=deputy_id, cancelled=False, **facts)
    overlaps = await people.is_absent(session, unit_id=unit_id, person_id=person_id, first_day=absence.first_day, last_day=absence.last_day)
    roles = known[person_id].roles if person_id in known else ()
    absence.put(actor, roles=roles, overlaps=overlaps, today=today)
    message = "Không phải là người đang công tác tại đơn vị."
    unknown = [(field, id) for field, id in (("person_id", person_id), ("deputy_id", deputy_id)) if id not in known]
    if unknown:
        raise InvalidArgument.fields([Violation(field, "PERSON_UNKNOWN", message) for field, _ in unknown])
    absence.person_name, absence.deputy_name = known[person_id].name, known[deputy_id].name
    session.add(absence)
    await _tell_absence(session, absence)
    return absence


@article("Đ8.1.đ")
async def cancel_absence(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, today: date) -> Absence:
    """The deputy's rights end with the next request."""
    absence = await people.absence(session, actor, id)
    known = await registry.colleagues(session, absence.unit_id, (absence.person_id,))
    roles = known[absence.person_id].roles if absence.person_id in known else ()
    absence.cancel(actor, roles=roles, expected_version=expected_version, today=today)
    await _tell_absence(session, absence)
    return absence


async def _tell_absence(session: AsyncSession, absence: Absence) -> None:
    await session.flush()
    await emit(session, absence.id, absence.version, event_pb2.AbsenceChanged(absence=absence_to_proto(absence)))


@article("Đ8.2.2")
async def name_follower(session: AsyncSession, actor: Actor, *, person_id: UUID, today: date) -> Follower:
    """Đ8.2.2: one leader of the actor's own unit."""
    actor.require(*LEADERS)
    named = (await registry.colleagues(session, actor.unit_id, (person_id,))).get(person_id)
    if named is None or set(LEADERS).isdisjoint(named.roles):
        raise InvalidArgument.field("person_id", "LEADER_UNKNOWN", "Người theo dõi hệ thống phải là một lãnh đạo của đơn vị.")
    follower = await people.follower(session, actor.unit_id)
    if follower is None:
        follower = Follower(id=db.new_id(), unit_id=actor.unit_id, version=0)
        session.add(follower)
    follower.person_id, follower.person_name, follower.since = person_id, named.name, today
    follower.version += 1
    await session.flush()
    told = follower_to_proto(actor.unit_id, follower, None)
    await emit(session, follower.id, follower.version, event_pb2.FollowerChanged(follower=told))
    return follower


@article("Đ8.2.2")
async def note_access(session: AsyncSession, actor: Actor, *, now: datetime) -> None:
    """Kept at most once in five minutes. No event: it changes nothing that anybody decides on, and one for each person and five minutes
    would drown in the audit log what is worth reading there."""
    mine = insert(Access).values(person_id=actor.person_id, unit_id=actor.unit_id, last_access_time=now)
    old = Access.last_access_time <= now - ACCESS_KEPT_EVERY
    again = mine.on_conflict_do_update(index_elements=["person_id", "unit_id"], set_={"last_access_time": now}, where=old)
    await session.execute(again)
