"""make canary: the whole proof on a platform of its own; one JSON line last."""

import asyncio
import json
import tempfile
from pathlib import Path

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from e2e.harness.layout import Options, unused_ports
from e2e.harness.platform import Platform
from e2e.secrecy.proof import prove


class Spans(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps whatever it is sent, as it was sent."""

    def __init__(self) -> None:
        self.data = b""

    async def Export(self, request, _context):
        self.data += request.SerializeToString()
        return trace_service_pb2.ExportTraceServiceResponse()


async def main(folder: Path) -> int:
    spans, server = Spans(), grpc.aio.server()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(spans, server)
    otlp = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    await server.start()
    # The chattiest logs.
    options = Options(otlp_endpoint=otlp, log_level="DEBUG")
    async with Platform(folder / "platform", ports=unused_ports(), options=options) as platform:
        report = await prove(platform, otlp, lambda: spans.data, folder, drill=True)
    await server.stop(None)
    print(json.dumps(report, ensure_ascii=False), flush=True)
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="ykcd-canary-") as name:
        # PostgreSQL's own account must be able to reach its folder.
        Path(name).chmod(0o711)
        raise SystemExit(asyncio.run(main(Path(name))))
