"""The service with its people and the official calendar in force."""

import pytest
from ykcd.deadline.v1 import deadline_pb2_grpc, urging_pb2_grpc

from kit.testing.stack import Stack
from services.deadline import schedule
from services.deadline.__main__ import app
from services.deadline.tests import factories as make
from services.deadline.tests.office import Office, open_office


@pytest.fixture
async def stack(serve) -> Stack:
    made = await serve(app)
    await made.add(*make.PEOPLE)
    await schedule.publish_calendar(made.runtime)
    return made


@pytest.fixture
def deadlines(stack: Stack) -> deadline_pb2_grpc.DeadlineServiceStub:
    return deadline_pb2_grpc.DeadlineServiceStub(stack.channel)


@pytest.fixture
def urgings(stack: Stack) -> urging_pb2_grpc.UrgingServiceStub:
    return urging_pb2_grpc.UrgingServiceStub(stack.channel)


@pytest.fixture
async def office(serve, clock, tmp_path) -> Office:
    return await open_office(serve, clock, tmp_path.as_uri())
