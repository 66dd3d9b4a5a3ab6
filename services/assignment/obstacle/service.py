"""Use cases: a unit raises an obstacle, the Office proposes, the leaders direct."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import event_pb2

from kit.events import emit
from kit.identity import UNIT_ROLES, Actor
from services.assignment import queries as assignments
from services.assignment.matter import opened
from services.assignment.obstacle import convert, queries
from services.assignment.obstacle.model import Obstacle
from services.assignment.records import Decision


async def raise_obstacle(
    session: AsyncSession, actor: Actor, *, assignment_id: UUID, difficulty: str, cause: str, proposal: str, now: datetime
) -> Obstacle:
    """Đ10.2."""
    actor.require(*UNIT_ROLES)
    assignment = await assignments.assignment(session, actor, assignment_id)
    made = Obstacle.raised(actor, now, assignment, difficulty=difficulty, cause=cause, proposal=proposal)
    session.add(made)
    return await _told(session, made)


async def propose(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, office_proposal: str, now: datetime) -> Obstacle:
    """Đ8.1.b."""
    obstacle = await _opened(session, actor, "propose", id, expected_version)
    obstacle.propose(actor, now, office_proposal=office_proposal)
    return await _told(session, obstacle)


async def direct(
    session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, direction: str, decision: Decision, now: datetime
) -> Obstacle:
    """Đ9.3."""
    obstacle = await _opened(session, actor, "direct", id, expected_version)
    obstacle.direct(actor, now, direction=direction, decision=decision)
    return await _told(session, obstacle)


async def close(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, note: str, now: datetime) -> Obstacle:
    """Solved, or nothing is left to do."""
    obstacle = await _opened(session, actor, "close", id, expected_version)
    obstacle.close(actor, now, note=note)
    return await _told(session, obstacle)


async def withdraw(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, reason: str, now: datetime) -> Obstacle:
    """The unit takes it back."""
    obstacle = await _opened(session, actor, "withdraw", id, expected_version)
    obstacle.withdraw(actor, now, reason=reason)
    return await _told(session, obstacle)


async def _opened(session: AsyncSession, actor: Actor, verb: str, id: UUID, expected_version: int) -> Obstacle:
    return await opened(queries.obstacle, Obstacle, session, actor, verb=verb, id=id, expected_version=expected_version)


async def _told(session: AsyncSession, obstacle: Obstacle) -> Obstacle:
    await emit(session, obstacle.id, obstacle.version, event_pb2.ObstacleChanged(obstacle=convert.snapshot(obstacle)))
    return obstacle
