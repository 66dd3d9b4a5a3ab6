"""The service with its people, the units and the calendar of spring 2025, and its file store."""

from pathlib import Path

import pytest
from ykcd.assignment.v1 import assignment_pb2_grpc

from kit.testing.stack import Stack
from services.assignment.__main__ import app
from services.assignment.tests import beside


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
async def stack(serve, folder: Path) -> Stack:
    return await beside.fill(await serve(app, files_url=folder.as_uri()))


@pytest.fixture
def stub(stack: Stack) -> assignment_pb2_grpc.AssignmentServiceStub:
    return assignment_pb2_grpc.AssignmentServiceStub(stack.channel)
