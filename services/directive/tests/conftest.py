"""The service on a fresh database, with the people of `factories` and a calendar."""

from uuid import uuid4

import pytest
from ykcd.directive.v1 import directive_pb2_grpc, people_pb2_grpc, programme_pb2_grpc, registry_pb2_grpc

from kit.testing.stack import Stack
from services.directive.__main__ import app
from services.directive.tests import factories as make


@pytest.fixture
async def stack(serve) -> Stack:
    made = await serve(app)
    await make.fill(made)
    await made.deliver(make.calendar(), uuid4())
    return made


@pytest.fixture
def stub(stack: Stack) -> directive_pb2_grpc.DirectiveServiceStub:
    return directive_pb2_grpc.DirectiveServiceStub(stack.channel)


@pytest.fixture
def registry(stack: Stack) -> registry_pb2_grpc.RegistryServiceStub:
    return registry_pb2_grpc.RegistryServiceStub(stack.channel)


@pytest.fixture
def people(stack: Stack) -> people_pb2_grpc.PeopleServiceStub:
    return people_pb2_grpc.PeopleServiceStub(stack.channel)


@pytest.fixture
def programme(stack: Stack) -> programme_pb2_grpc.ProgrammeServiceStub:
    return programme_pb2_grpc.ProgrammeServiceStub(stack.channel)
