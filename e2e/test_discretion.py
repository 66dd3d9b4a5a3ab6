"""Đ5: what people write stands in no log and no trace, however their request ends. Asked of a service as it runs in production."""

import asyncio
import json
import os
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import grpc
import psycopg
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from ykcd.directive.v1 import directive_pb2 as pb
from ykcd.directive.v1 import directive_pb2_grpc

from kit.rpc import channel
from kit.testing import tokens
from kit.testing.postgres import free_port
from kit.testing.stack import Stack
from services.directive.__main__ import app
from services.directive.tests import factories as make

ROOT = Path(__file__).resolve().parents[1]
CANARY = "chim-hoang-yen-1937"
# The database's own complaint quotes what it was given.
BREAK = """
    CREATE FUNCTION quote_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room for %', NEW.abstract; END $$;
    CREATE TRIGGER quote_it BEFORE INSERT ON directive FOR EACH ROW WHEN (NEW.number = '13') EXECUTE FUNCTION quote_it();
"""


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps whatever it is sent."""

    def __init__(self) -> None:
        self.text = ""

    async def Export(self, request, _context):
        self.text += str(request)
        return trace_service_pb2.ExportTraceServiceResponse()


@pytest.fixture
async def collector() -> AsyncIterator[tuple[Collector, int]]:
    collector, server = Collector(), grpc.aio.server()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield collector, port
    await server.stop(None)


@pytest.fixture
def keys_url() -> Iterator[str]:
    class Keys(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Not on the tests' screen."""

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(tokens.published_keys()).encode())

    server = HTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@dataclass
class Process:
    """`python -m services.directive` on the database of `stack`, which calls it."""

    stack: Stack
    running: asyncio.subprocess.Process
    log: Path
    reasons: list[str] = field(default_factory=list)

    async def refused(self, request, person=None) -> None:
        stub = directive_pb2_grpc.DirectiveServiceStub(self.stack.channel)
        method = stub.GetDirective if isinstance(request, pb.GetDirectiveRequest) else stub.CreateDirective
        self.reasons.append((await self.stack.refused(method, request, person)).reason)


@pytest.fixture
async def process(serve, postgres, collector, keys_url: str, tmp_path: Path) -> AsyncIterator[Process]:
    stack = await serve(app)
    await make.fill(stack)
    settings, port = stack.runtime.settings, free_port()
    environment = {
        "PYTHONPATH": f"{ROOT}:{ROOT / 'proto'}",
        "YKCD_GRPC_PORT": str(port),
        "YKCD_DB_PORT": str(settings.db_port),
        "YKCD_DB_API_PASSWORD": settings.db_api_password.get_secret_value(),
        "YKCD_DB_WORKER_PASSWORD": settings.db_worker_password.get_secret_value(),
        "YKCD_NATS_URL": f"nats://127.0.0.1:{free_port()}",
        "YKCD_OIDC_ISSUER": tokens.ISSUER,
        "YKCD_OIDC_JWKS_URL": keys_url,
        "YKCD_OIDC_AUDIENCE": tokens.AUDIENCE,
        "YKCD_OTLP_ENDPOINT": f"http://127.0.0.1:{collector[1]}",
        "YKCD_LOG_LEVEL": "DEBUG",
    }
    log = tmp_path / "log"
    with log.open("wb") as output:
        started = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.directive", cwd=ROOT, env=os.environ | environment, stdout=output, stderr=output
        )
    await stack.channel.close()
    stack.channel = channel(f"127.0.0.1:{port}")
    await asyncio.wait_for(stack.channel.channel_ready(), 60)
    yield Process(stack, started, log)
    if started.returncode is None:
        started.kill()
        await started.wait()


@pytest.mark.article("Đ5")
async def test_a_request_that_is_refused_or_fails_leaves_its_words_nowhere(process: Process, postgres, collector) -> None:
    with psycopg.connect(postgres.dsn("directive")) as connection:
        connection.execute(BREAK)
    await process.refused(make.create(abstract=CANARY))
    await process.refused(make.create(abstract=CANARY), make.STNMT_LEADER)
    await process.refused(make.create(abstract=CANARY, secrecy=pb.SECRECY_SECRET), make.AN)
    await process.refused(make.create(make.task(make.part(make.OTHER), content=CANARY)), make.AN)
    await process.refused(pb.GetDirectiveRequest(id=CANARY), make.AN)
    await process.refused(make.create(number="13", abstract=CANARY), make.AN)
    process.running.terminate()
    await asyncio.wait_for(process.running.wait(), 30)
    logged, traced = process.log.read_text("utf-8"), collector[0].text
    assert process.reasons == [
        "TOKEN_MISSING",
        "ROLE_REQUIRED",
        "SECRET_DOCUMENT_REFUSED",
        "INVALID_FIELDS",
        "INVALID_FIELDS",
        "INTERNAL",
    ]
    assert "RaiseException" in logged
    assert "exception.type" in traced
    assert CANARY not in logged
    assert CANARY not in traced
