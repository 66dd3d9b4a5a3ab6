"""The connection to NATS: never given up, and nothing waits for it but events themselves."""

import asyncio
from collections.abc import Callable

import nats
import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo, RetentionPolicy, StorageType, StreamConfig, StreamInfo
from nats.js.errors import NotFoundError
from pydantic import SecretStr

log = structlog.get_logger()
RETRY_SECONDS = 1.0
# Republishing within this window is dropped by the broker already; beyond it, by the receivers' inboxes.
DUPLICATE_WINDOW_SECONDS = 600
HEARD_LOOK_SECONDS = 0.05


_PREFIX = "YKCD_"


def stream_name(service: str) -> str:
    """One stream per sending service."""
    return f"{_PREFIX}{service.upper()}"


class Broker:
    """One service's connection, under the service's own account."""

    def __init__(self, service: str, url: str, password: SecretStr, replicas: int = 1) -> None:
        self.service, self._url, self._password, self._replicas = service, url, password, replicas
        self._client = Client()
        self._ready = asyncio.Event()

    async def connect(self) -> None:
        """Tries until the server answers and our own stream stands; afterwards the client reconnects by itself."""
        while True:
            try:
                self._client = await nats.connect(
                    self._url,
                    user=self.service,
                    password=self._password.get_secret_value(),
                    name=self.service,
                    inbox_prefix=f"_INBOX_{self.service}",
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=RETRY_SECONDS,
                    ping_interval=10,
                    max_outstanding_pings=2,
                    error_cb=self._on_error,
                )
                break
            except Exception as error:  # refused, unresolvable, timed out: the server may simply not be there yet
                log.info("broker_awaited", why=str(error) or type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
        self._ready.set()

    async def jetstream(self) -> JetStreamContext:
        """Waits for the first connection."""
        await self._ready.wait()
        return self._client.jetstream(timeout=5)

    async def ensure_stream(self) -> bool:
        """Makes our stream, or makes it anew when the broker lost its store. Whether it had to."""
        js = await self.jetstream()
        config = StreamConfig(
            name=stream_name(self.service),
            subjects=[f"ykcd.{self.service}.>"],
            retention=RetentionPolicy.LIMITS,
            storage=StorageType.FILE,
            num_replicas=self._replicas,
            duplicate_window=DUPLICATE_WINDOW_SECONDS,
        )
        try:
            await js.stream_info(config.name or "")
        except NotFoundError:
            await js.add_stream(config)
            return True
        return False

    async def senders(self) -> list[str]:
        """The services whose streams stand now."""
        return [(stream.config.name or "").removeprefix(_PREFIX).lower() for stream in await self._streams()]

    async def _streams(self) -> list[StreamInfo]:
        found = await (await self.jetstream()).streams_info()
        return [stream for stream in found if (stream.config.name or "").startswith(_PREFIX)]

    async def heard(self) -> None:
        """Waits until our consumers have been given all that was told until now, and have applied it or failed at it once."""
        js = await self.jetstream()
        for stream in await self._streams():
            try:
                while not _heard(await js.consumer_info(stream.config.name or "", self.service), stream.state.last_seq):
                    await asyncio.sleep(HEARD_LOOK_SECONDS)
            except NotFoundError:
                # We don't hear this one.
                continue

    async def erase(self, subject: str, unwanted: Callable[[bytes], bool]) -> None:
        """Overwrites those messages of our own stream on this subject whose data is `unwanted`."""
        js, stream = await self.jetstream(), stream_name(self.service)
        place = 1
        while True:
            try:
                message = await js.get_msg(stream, seq=place, subject=subject, next=True)
            except NotFoundError:
                return
            place = message.seq or place
            if unwanted(message.data or b""):
                await js.delete_msg(stream, place)
            place += 1

    @property
    def connected(self) -> bool:
        """Whether the server answers now."""
        return self._client.is_connected

    async def close(self) -> None:
        """Sends what is buffered and leaves."""
        if self._client.is_connected:
            await self._client.drain()
        else:
            await self._client.close()

    async def _on_error(self, error: Exception) -> None:
        log.warning("broker_error", why=str(error) or type(error).__name__)


def _heard(consumer: ConsumerInfo, last: int) -> bool:
    """Up to the stream's place `last`. What waits for another try has been heard."""
    delivered, applied = (place.stream_seq if place else 0 for place in (consumer.delivered, consumer.ack_floor))
    under_way = (consumer.num_ack_pending or 0) - (consumer.num_redelivered or 0)
    return (not consumer.num_pending or delivered >= last) and (under_way <= 0 or applied >= last)
