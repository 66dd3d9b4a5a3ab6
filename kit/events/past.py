"""All that a service was ever told: streams keep every event, so that what was made of them can be made anew."""

from collections.abc import AsyncIterator
from contextlib import suppress

from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from kit.events.broker import Broker, stream_name

BATCH = 1000
FETCH_SECONDS = 10.0


async def past(broker: Broker, source: str, subjects: list[str]) -> AsyncIterator[list[Msg]]:
    """The messages of `source` on these subjects, from the first to the last one that is there, in batches. Nothing is acknowledged: who
    hears the stream meanwhile misses none. None where the stream doesn't stand."""
    js, stream, name = await broker.jetstream(), stream_name(source), f"{broker.service}_past"
    config = ConsumerConfig(
        durable_name=name, ack_policy=AckPolicy.NONE, deliver_policy=DeliverPolicy.ALL, filter_subjects=subjects, mem_storage=True
    )
    with suppress(NotFoundError):
        # Left by one that was interrupted.
        await js.delete_consumer(stream, name)
    try:
        waiting = (await js.add_consumer(stream, config)).num_pending
    except NotFoundError:
        return
    subscription = await js.pull_subscribe_bind(consumer=name, stream=stream)
    try:
        while waiting:
            batch = await subscription.fetch(min(BATCH, waiting), timeout=FETCH_SECONDS)
            yield batch
            waiting = batch[-1].metadata.num_pending
    finally:
        await subscription.unsubscribe()
        await js.delete_consumer(stream, name)
