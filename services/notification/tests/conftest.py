"""The service with its people."""

import pytest

from kit.testing.stack import Stack
from services.notification.__main__ import app
from services.notification.tests import factories as make


@pytest.fixture
async def stack(serve) -> Stack:
    made = await serve(app)
    await made.add(*make.PEOPLE)
    return made
