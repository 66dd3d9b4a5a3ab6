"""The service with its people, units and calendar."""

import pytest
from ykcd.reporting.v1 import reporting_pb2_grpc

from kit.testing.stack import Stack
from services.reporting.__main__ import app
from services.reporting.tests import factories as make


@pytest.fixture
async def stack(serve) -> Stack:
    made = await serve(app)
    await make.fill(made)
    return made


@pytest.fixture
def stub(stack: Stack) -> reporting_pb2_grpc.ReportingServiceStub:
    return reporting_pb2_grpc.ReportingServiceStub(stack.channel)
