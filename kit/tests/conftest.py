"""What several of the kit's tests need: the toy service, and a broker that is empty afterwards."""

import pytest
from pydantic import SecretStr

from kit.events import Broker
from kit.testing.stack import Stack
from kit.tests.toy import app


@pytest.fixture
async def stack(serve) -> Stack:
    return await serve(app)


@pytest.fixture
async def broker(nats_url):
    made = Broker("directive", nats_url, SecretStr(""))
    await made.connect()
    js = await made.jetstream()
    yield made
    for info in await js.streams_info():
        await js.delete_stream(info.config.name)
    await made.close()
