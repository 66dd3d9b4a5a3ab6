"""What a service's NATS user may do, asked of the real server: its own subjects and durables and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import nats
import pytest
import pytest_asyncio
from nats.aio.client import Client
from nats.errors import Error
from nats.js.api import ConsumerConfig, StreamConfig
from pydantic import SecretStr

from e2e.harness import Platform, unused_ports
from e2e.harness.layout import SERVICES
from e2e.harness.processes import nats as nats_process
from e2e.harness.supervisor import Supervisor
from kit.events import Broker

Connect = Callable[[str], Awaitable[tuple[Client, asyncio.Queue[str]]]]


@pytest_asyncio.fixture
async def connect(tmp_path: Path) -> AsyncIterator[Connect]:
    platform = Platform(tmp_path, ports=unused_ports())
    platform.write_nats_configuration(dict.fromkeys(SERVICES, "password"))
    running = Supervisor([nats_process(platform)], logs=tmp_path, state_file=tmp_path / "state.json")
    await running.start()
    clients: list[Client] = []

    async def connected(service: str) -> tuple[Client, asyncio.Queue[str]]:
        refusals: asyncio.Queue[str] = asyncio.Queue()

        async def note(error: Exception) -> None:
            refusals.put_nowait(str(error))

        client = await nats.connect(
            platform.urls.nats,
            user=service,
            password="password",
            inbox_prefix=f"_INBOX_{service}".encode(),
            error_cb=note,
        )
        clients.append(client)
        return client, refusals

    yield connected
    for client in clients:
        await client.close()
    await running.stop()


@pytest.mark.asyncio
async def test_an_event_goes_from_its_owner_to_a_consumer_of_its_own_name(connect: Connect) -> None:
    (owner, _), (reader, refusals) = await connect("directive"), await connect("assignment")
    await owner.jetstream().add_stream(StreamConfig(name="YKCD_DIRECTIVE", subjects=["ykcd.directive.>"]))
    await owner.jetstream().publish("ykcd.directive.v1.DirectivePublished.1", b"published")
    stream = reader.jetstream()
    await stream.add_consumer("YKCD_DIRECTIVE", ConsumerConfig(durable_name="assignment"))
    subscription = await stream.pull_subscribe_bind(consumer="assignment", stream="YKCD_DIRECTIVE")
    [message] = await subscription.fetch(1, timeout=5)
    await message.ack_sync()
    found = [info.config.name for info in await stream.streams_info()]
    assert (message.data, found, refusals.empty()) == (b"published", ["YKCD_DIRECTIVE"], True)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "subject",
    [
        "ykcd.directive.v1.DirectivePublished.1",
        "$JS.API.STREAM.CREATE.YKCD_DIRECTIVE",
        "$JS.API.STREAM.DELETE.YKCD_DIRECTIVE",
        "$JS.API.STREAM.PURGE.YKCD_DIRECTIVE",
        "$JS.API.STREAM.DELETE.YKCD_ASSIGNMENT",
        "$JS.API.STREAM.MSG.GET.YKCD_DIRECTIVE",
        "$JS.API.STREAM.MSG.DELETE.YKCD_DIRECTIVE",
        "$JS.API.STREAM.PURGE.YKCD_ASSIGNMENT",
        "$JS.API.DIRECT.GET.YKCD_DIRECTIVE",
        "$JS.API.CONSUMER.CREATE.YKCD_DIRECTIVE.audit",
        "$JS.API.CONSUMER.DELETE.YKCD_DIRECTIVE.assignment",
        "$JS.API.CONSUMER.DELETE.YKCD_DIRECTIVE.audit_past",
        "$JS.API.CONSUMER.MSG.NEXT.YKCD_DIRECTIVE.audit",
        "$JS.ACK.YKCD_DIRECTIVE.audit.1.1.1.1.1",
        "_INBOX_audit.1",
    ],
)
async def test_a_service_may_not_publish_where_others_live(connect: Connect, subject: str) -> None:
    client, refusals = await connect("assignment")
    await client.publish(subject, b"{}")
    refusal = await asyncio.wait_for(refusals.get(), 5)
    assert "permissions violation for publish" in refusal
    assert subject.lower() in refusal


@pytest.mark.asyncio
@pytest.mark.article("D14")
async def test_what_was_purged_is_overwritten_in_the_store(connect: Connect, tmp_path: Path) -> None:
    """By the owner of the stream, under the permissions that it has."""
    broker = Broker("directive", str((await connect("directive"))[0].servers[0].geturl()), SecretStr("password"))
    await broker.connect()
    js = await broker.jetstream()
    await broker.ensure_stream()
    for words in (b"chim-hoang-yen", b"con-lai", b"chim-hoang-yen"):
        await js.publish("ykcd.directive.v1.DirectivePublished.1", words)

    def stored(words: bytes) -> bool:
        return any(words in file.read_bytes() for file in (tmp_path / "nats" / "store").rglob("*") if file.is_file())

    assert stored(b"chim-hoang-yen")
    await broker.erase("ykcd.directive.v1.DirectivePublished.1", lambda data: data == b"chim-hoang-yen")
    assert not stored(b"chim-hoang-yen")
    assert stored(b"con-lai")
    await broker.close()


@pytest.mark.asyncio
@pytest.mark.parametrize("subject", ["ykcd.directive.>", ">", "_INBOX.>", "_INBOX_audit.>", "$JS.API.>"])
async def test_a_service_may_not_listen_past_its_consumers(connect: Connect, subject: str) -> None:
    client, refusals = await connect("assignment")
    await client.subscribe(subject)
    assert "permissions violation for subscription" in await asyncio.wait_for(refusals.get(), 5)


@pytest.mark.asyncio
async def test_nobody_gets_in_without_a_password(connect: Connect) -> None:
    known, _ = await connect("assignment")
    with pytest.raises(Error, match=r"(?i)authorization"):
        await nats.connect(str(known.servers[0].geturl()), allow_reconnect=False, max_reconnect_attempts=1)
