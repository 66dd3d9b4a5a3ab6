"""Telling again what was told: whoever lacks it gets it, whoever has it does nothing."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.js import JetStreamContext
from nats.js.api import StreamConfig
from sqlalchemy import func, update
from typer.testing import CliRunner, Result

from kit.events import Broker, replay
from kit.tables import outbox
from kit.testing.stack import Stack
from kit.tests.events import Heard, all_published, eventually, running, tell
from kit.tests.toy import app


async def test_what_got_lost_on_the_way_is_published_again_on_demand(stack: Stack, broker: Broker) -> None:
    heard, lost = Heard(), uuid4()
    await tell(stack, "lost", lost)
    await tell(stack, "lost too")
    js = await forgetful_stream(broker)
    async with running(stack, broker):
        await eventually(lambda: all_published(stack))
    await js.purge_stream("YKCD_DIRECTIVE")
    assert await _replay(stack, aggregate_id=lost) == 0, "the broker would drop it"
    async with running(stack, broker, heard):
        await eventually(lambda: _comes_again(stack, js, aggregate_id=lost))
        await heard.until(1)
    assert heard.names == ["lost"]


async def test_who_has_applied_what_is_published_again_does_nothing(stack: Stack, broker: Broker) -> None:
    heard = Heard()
    await tell(stack, "known")
    js = await forgetful_stream(broker)
    async with running(stack, broker, heard):
        await heard.until(1)
        await js.purge_stream("YKCD_DIRECTIVE")
        await eventually(lambda: _comes_again(stack, js, since=stack.runtime.clock()))
        await tell(stack, "next")
        await heard.until(2)
    assert heard.names == ["known", "next"]


async def test_what_was_told_before_the_time_asked_for_stays_as_it_is(stack: Stack, broker: Broker) -> None:
    await tell(stack, "old")
    async with running(stack, broker):
        await eventually(lambda: all_published(stack))
    await _let_time_pass(stack)
    assert await _replay(stack, since=stack.runtime.clock() + timedelta(seconds=1)) == 0


async def forgetful_stream(broker: Broker) -> JetStreamContext:
    """Knows a message again for a tenth of a second, not for ten minutes."""
    js = await broker.jetstream()
    await js.add_stream(StreamConfig(name="YKCD_DIRECTIVE", subjects=["ykcd.directive.>"], duplicate_window=0.1))
    return js


async def _comes_again(stack: Stack, js: JetStreamContext, **which: Any) -> bool:
    """As if ten minutes had passed."""
    await _let_time_pass(stack)
    await _replay(stack, **which)
    return (await js.stream_info("YKCD_DIRECTIVE")).state.messages > 0


async def _let_time_pass(stack: Stack) -> None:
    async with stack.session() as session:
        await session.execute(update(outbox).values(publish_time=outbox.c.publish_time - timedelta(hours=1)))


async def _replay(stack: Stack, *, aggregate_id: UUID | None = None, since: datetime | None = None) -> int:
    async with stack.session() as session:
        return await replay(session, aggregate_id=aggregate_id, since=since)


@pytest.mark.parametrize("since", ["", "2025-04-24", "tomorrow"])
async def test_the_command_wants_an_aggregate_or_a_time_of_one_meaning(stack: Stack, since: str) -> None:
    result = await command(stack, *(["--since", since] if since else []))
    assert result.exit_code == 2
    assert result.exception is None or isinstance(result.exception, SystemExit)


async def test_the_command_says_how_many_it_took(stack: Stack) -> None:
    one = uuid4()
    for aggregate in (one, uuid4()):
        await tell(stack, "told", aggregate)
    async with stack.session() as session:
        await session.execute(update(outbox).values(publish_time=func.now() - timedelta(hours=1)))
    assert (await command(stack, "--aggregate", str(one))).output == "1 events\n"
    assert (await command(stack, "--since", "2025-04-24T09:00+07:00")).output == "1 events\n"
    assert (await command(stack, "--since", "2025-04-24T09:01+07:00")).output == "0 events\n"


async def command(stack: Stack, *arguments: str) -> Result:
    """python -m services.<name> replay …"""
    settings = stack.runtime.settings
    environment = {"YKCD_DB_PORT": str(settings.db_port), "YKCD_DB_WORKER_PASSWORD": settings.db_worker_password.get_secret_value()}
    # The command has a loop of its own.
    return await asyncio.to_thread(CliRunner().invoke, app.cli(), ["replay", *arguments], env=environment)
