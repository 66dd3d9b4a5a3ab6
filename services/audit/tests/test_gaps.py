"""An event that never came is noticed by the next one of its aggregate, and no longer once it has come after all."""

from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY

from kit.testing.stack import Stack
from services.audit import gaps
from services.audit.__main__ import app
from services.audit.tests import factories as make

LATER = gaps.PATIENCE.total_seconds() + 1


@pytest.fixture
async def stack(serve) -> Stack:
    return await serve(app)


async def log(stack: Stack, aggregate: UUID, *versions: int, source: str = "directive") -> None:
    for version in versions:
        await make.log(stack, make.denied(), None, aggregate, aggregate_version=version, source=source)


async def found(stack: Stack) -> list[tuple[object, ...]]:
    async with stack.session() as session:
        return [tuple(row) for row in await gaps.find(session, stack.runtime.clock())]


async def test_versions_without_a_gap_are_no_gap_in_whatever_order_they_came(stack: Stack, clock) -> None:
    await log(stack, uuid4(), 1, 2, 3)
    await log(stack, uuid4(), 3, 1, 2)
    await log(stack, uuid4(), 1)
    clock.advance(seconds=LATER)
    assert await found(stack) == []


async def test_each_gap_is_named_by_its_first_and_last_version(stack: Stack, clock) -> None:
    one, two = sorted((uuid4(), uuid4()))
    await log(stack, one, 1, 2, 5, 8)
    await log(stack, two, 3, 4)
    clock.advance(seconds=LATER)
    assert await found(stack) == [("directive", one, 3, 4), ("directive", one, 6, 7), ("directive", two, 1, 2)]


async def test_what_another_service_tells_of_the_same_thing_is_counted_apart(stack: Stack, clock) -> None:
    """`deadline` counts the versions of an assignment's clock under the assignment's id."""
    assignment = uuid4()
    await log(stack, assignment, 1, 3, source="assignment")
    await log(stack, assignment, 1, 2, source="deadline")
    clock.advance(seconds=LATER)
    assert await found(stack) == [("assignment", assignment, 2, 2)]


async def test_a_gap_gets_time_to_close_by_itself(stack: Stack, clock) -> None:
    await log(stack, uuid4(), 1, 3)
    clock.advance(seconds=LATER - 2)
    assert await found(stack) == []


async def test_the_gauge_shows_a_gap_until_the_event_has_come(stack: Stack, clock) -> None:
    aggregate = uuid4()
    await log(stack, aggregate, 1, 3)
    clock.advance(seconds=LATER)
    await gaps.measure(stack.runtime)
    assert REGISTRY.get_sample_value("ykcd_audit_gaps", {"source": "directive"}) == 1
    await log(stack, aggregate, 2)
    await gaps.measure(stack.runtime)
    assert REGISTRY.get_sample_value("ykcd_audit_gaps", {"source": "directive"}) is None
