"""Documents with words that are looked for: secret ones for every door, and an ordinary one that lives as documents do."""

import asyncio
import io
import re
import zipfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import uuid4

import grpc
import psycopg
from google.type.date_pb2 import Date
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from opentelemetry.proto.trace.v1 import trace_pb2
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import assignment_pb2_grpc, inquiry_pb2, inquiry_pb2_grpc, obstacle_pb2, obstacle_pb2_grpc
from ykcd.directive.v1 import directive_pb2, directive_pb2_grpc

from e2e.client import UnitSystem
from e2e.demo.entry import enter_and_publish, form_fields
from e2e.demo.run import Demo
from e2e.harness.platform import Platform
from e2e.secrecy.words import LENGTH, new_words

UNIT, CLERK, LEADER = "syt", "chi.le", "thuan.phan"
# Long enough to be kept apart from its row (TOAST).
PADDING = "Rà soát, thống kê, đề xuất phương án xử lý và báo cáo kết quả thực hiện. " * 60
SETTLE_SECONDS = 120


class Leak(AssertionError):
    """A door let a secret document in."""


@dataclass
class Words:
    """What stands for what."""

    refused: dict[str, str]
    ordinary: dict[str, str]
    probe: str

    @classmethod
    def fresh(cls) -> "Words":
        """Other ones each time."""
        refused = ("number", "abstract", "content", "stamped content", "file", "file name", "report")
        ordinary = ("number", "abstract", "content", "report", "text file", "docx file", "obstacle", "inquiry")
        words = iter(new_words(len(refused) + len(ordinary) + 1))
        return cls({name: next(words) for name in refused}, {name: next(words) for name in ordinary}, next(words))

    @property
    def names(self) -> dict[str, str]:
        """By word."""
        parts = {"refused": self.refused, "ordinary": self.ordinary, "probe": {"": self.probe}}
        return {word: f"{kind} {name}".strip() for kind, words in parts.items() for name, word in words.items()}


def letter(number: str, abstract: str, content: str) -> dict[str, Any]:
    """As the entry form wants it."""
    task = {"content": content, "has_deadline": False, "must_report": False, "deadline_kind": None, "field": "y-te", "due_date": None}
    task |= {"lead_units": [UNIT], "coordinating_units": [], "aggregating_unit": None}
    about = {"number": number, "symbol": "UBND-KT", "document_type": "OFFICIAL_LETTER", "abstract": abstract, "issue_date": "2026-01-12"}
    about |= {"signer": "Nguyễn Văn Thử", "signer_position": "Phó Chủ tịch", "issuing_authority": "VICE_CHAIRMAN"}
    return {**about, "submitting_unit": "", "urgency": "NORMAL", "tasks": [task]}


@dataclass
class Story:
    """`async with AsyncExitStack() as stack: Story(platform, Demo(platform, stack), words)`."""

    platform: Platform
    demo: Demo
    words: Words
    directive_id: str = ""
    assignment_id: str = ""

    @classmethod
    def on(cls, platform: Platform, stack: AsyncExitStack) -> "Story":
        """With fresh words."""
        return cls(platform, Demo(platform, stack), Words.fresh())

    @property
    def system(self) -> UnitSystem:
        """The unit's own software."""
        return self.demo.system(UNIT)

    async def live(self) -> None:
        """An ordinary document is entered, published, reported on, with files, an obstacle and an inquiry."""
        words = self.words.ordinary
        document = letter(words["number"], words["abstract"], f"{words['content']} {PADDING}")
        clerk = await self.demo.person(CLERK)
        self.directive_id = await enter_and_publish(clerk, document, self.demo.unit_ids, self.demo.field_ids)
        assignment = await self._arrived()
        self.assignment_id = assignment.id
        stub = assignment_pb2_grpc.AssignmentServiceStub(self.system.channel)
        accept = pb.AcceptAssignmentRequest(request_id=str(uuid4()), id=assignment.id, expected_version=assignment.version)
        accepted = await self.system.call(stub.AcceptAssignment, accept)
        report = pb.ReportProgressRequest(request_id=str(uuid4()), id=assignment.id, expected_version=accepted.version)
        report.content = f"{words['report']} {PADDING[:1500]}"
        await self.system.call(stub.ReportProgress, report)
        for name, data in (("a.txt", words["text file"].encode()), ("b.docx", docx(words["docx file"]))):
            await self._upload(name, data)
        await self._write_beside()

    async def _write_beside(self) -> None:
        told, asked = self.words.ordinary["obstacle"], self.words.ordinary["inquiry"]
        about = {"assignment_id": self.assignment_id}
        obstacle = obstacle_pb2.RaiseObstacleRequest(request_id=str(uuid4()), difficulty=told, cause=told, proposal=told, **about)
        await self.system.call(obstacle_pb2_grpc.ObstacleServiceStub(self.system.channel).RaiseObstacle, obstacle)
        inquiry = inquiry_pb2.OpenInquiryRequest(request_id=str(uuid4()), subject=asked, body=asked, **about)
        inquiry.kind = inquiry_pb2.INQUIRY_KIND_INFORMATION
        await self.system.call(inquiry_pb2_grpc.InquiryServiceStub(self.system.channel).OpenInquiry, inquiry)

    async def _arrived(self) -> pb.Assignment:
        stub = assignment_pb2_grpc.AssignmentServiceStub(self.system.channel)
        async with asyncio.timeout(SETTLE_SECONDS):
            while True:
                listed = await self.system.call(stub.ListAssignments, pb.ListAssignmentsRequest(page_size=200))
                mine = [each for each in listed.assignments if each.directive_id == self.directive_id]
                if mine:
                    return mine[0]
                await asyncio.sleep(0.2)

    async def knock(self) -> int:
        """Secret documents and files at every door; each must be refused. How many there were."""
        words = self.words.refused
        document = letter(words["number"], words["abstract"], words["content"])
        clerk = await self.demo.person(CLERK)
        for level in ("confidential", "secret", "top_secret"):
            typed = form_fields(document, self.demo.unit_ids, self.demo.field_ids) | {"secrecy": level}
            answer = await clerk.submit("/directives/new", "/directives/new", typed, status=422)
            if any(word in answer.text for word in words.values()):
                raise Leak("the page shows it again")
        refused = 3 + await self._knock_at_grpc() + await self._knock_with_files()
        page = f"/assignments/{self.assignment_id}"
        leader = await self.demo.person(self.demo.leader_of(UNIT)["username"])
        await leader.submit(page, f"{page}/report-progress", {"content": f"Kính gửi\nMẬT\n{words['report']}"}, status=422)
        return refused + 1

    async def _knock_at_grpc(self) -> int:
        words = self.words.refused
        stub = directive_pb2_grpc.DirectiveServiceStub(self.system.channel)
        entered = directive_pb2.DirectiveInput(number=words["number"], symbol=words["abstract"], abstract=words["abstract"])
        entered.issue_date.CopyFrom(Date(year=2026, month=1, day=12))
        entered.tasks.add(content=words["content"])
        levels = [directive_pb2.SECRECY_CONFIDENTIAL, directive_pb2.SECRECY_SECRET, directive_pb2.SECRECY_TOP_SECRET]
        for level in levels:
            entered.secrecy = level
            await self._refused(stub.CreateDirective, directive_pb2.CreateDirectiveRequest(request_id=str(uuid4()), directive=entered))
        entered.secrecy = directive_pb2.SECRECY_NORMAL
        entered.tasks[0].content = f"TUYỆT MẬT\n{words['stamped content']}"
        await self._refused(stub.CreateDirective, directive_pb2.CreateDirectiveRequest(request_id=str(uuid4()), directive=entered))
        stub = assignment_pb2_grpc.AssignmentServiceStub(self.system.channel)
        report = pb.ReportProgressRequest(request_id=str(uuid4()), id=self.assignment_id, expected_version=1)
        report.content = f"{words['report']}\nMẬT"
        await self._refused(stub.ReportProgress, report)
        return len(levels) + 2

    async def _knock_with_files(self) -> int:
        words = self.words.refused
        secret = [("a.txt", f"TỐI MẬT\n{words['file']}".encode()), ("b.docx", docx("MẬT", words["file"]))]
        for name, data in secret:
            try:
                await self._upload(f"{words['file name']}{name}", data)
            except grpc.aio.AioRpcError as error:
                _must_be_refusal(error)
            else:
                raise Leak(name)
        return len(secret)

    async def _upload(self, name: str, data: bytes) -> None:
        header = pb.EvidenceHeader(request_id=str(uuid4()), assignment_id=self.assignment_id, file_name=name, size=len(data))
        header.sha256 = sha256(data).hexdigest()
        parts = [pb.UploadEvidenceRequest(header=header), pb.UploadEvidenceRequest(chunk=data)]
        stub = assignment_pb2_grpc.AssignmentServiceStub(self.system.channel)
        await self.system.call(lambda messages, **more: stub.UploadEvidence(iter(messages), **more), parts)  # type: ignore[arg-type]

    async def _refused(self, method: Any, request: Any) -> None:
        try:
            await self.system.call(method, request)
        except grpc.aio.AioRpcError as error:
            _must_be_refusal(error)
        else:
            raise Leak(type(request).__name__)

    async def purge(self) -> None:
        """By a leader of the Office, from the document's page; returns when everybody has done his part."""
        leader = await self.demo.person(LEADER)
        page = f"/directives/{self.directive_id}/purge"
        await leader.submit(page, page, {"sure": "1"})
        await self.until(self._purged)

    def _purged(self) -> bool:
        """Everybody knows all that is purged, and nothing waits to be told or erased."""
        waiting = "SELECT count(*) FROM outbox WHERE erase_subject IS NOT NULL OR publish_time IS NULL"
        counts = {self.ask(service, "SELECT count(*) FROM purged") for service in self.platform.services}
        return len(counts) == 1 and counts != {0} and not any(self.ask(service, waiting) for service in self.platform.services)

    async def settled(self) -> None:
        """Everything that was told is logged, and mailed."""
        await self.until(self._settled)

    def _settled(self) -> bool:
        told = sum(self.ask(service, "SELECT count(*) FROM outbox") for service in self.platform.services)
        told += self.ask("gateway", "SELECT count(*) FROM outbox")
        mailed = f"SELECT count(*) FROM notification WHERE assignment_id = '{self.assignment_id}' AND mail_time IS NOT NULL"
        return told == self.ask("audit", "SELECT count(*) FROM entry") and self.ask("notification", mailed) > 0

    def ask(self, database: str, query: str) -> Any:
        """One value, past row-level security."""
        with psycopg.connect(self.platform.superuser(database)) as connection:
            row = connection.execute(query).fetchone()  # type: ignore[arg-type]
            return row and row[0]

    async def until(self, condition: Any) -> None:
        """Or TimeoutError."""
        async with asyncio.timeout(SETTLE_SECONDS):
            while not await asyncio.to_thread(condition):
                await asyncio.sleep(0.3)

    async def plant(self, otlp: str) -> None:
        """The probe, where no words of any document may ever be, so that finding none there means something; and a dead letter."""
        probe = self.words.probe
        (self.platform.home / "logs" / "probe.log").write_text(f"{{'event': '{probe}'}}\n")
        self._run("gateway", "INSERT INTO web_session SELECT 'x', %s, NULL, '', now(), '', now(), now()", probe)
        self._run("keycloak", f"CREATE TABLE IF NOT EXISTS {probe} ()")
        dead = "INSERT INTO dead_letter (subject, payload, problem, deliveries, create_time) SELECT subject, envelope, '', 1, now()"
        self._run("assignment", f"{dead} FROM outbox WHERE aggregate_id = %s", self.assignment_id)
        request = trace_service_pb2.ExportTraceServiceRequest()
        spans = request.resource_spans.add()
        spans.resource.attributes.add(key="service.name").value.string_value = "probe"
        spans.scope_spans.add().spans.append(trace_pb2.Span(name=probe, trace_id=b"x" * 16))
        async with grpc.aio.insecure_channel(re.sub("^https?://", "", otlp)) as channel:
            await trace_service_pb2_grpc.TraceServiceStub(channel).Export(request)

    def uproot(self) -> None:
        """Takes the probe away again."""
        (self.platform.home / "logs" / "probe.log").unlink()
        self._run("gateway", "DELETE FROM web_session WHERE subject = %s", self.words.probe)
        self._run("keycloak", f"DROP TABLE {self.words.probe}")

    def bury(self) -> None:
        """Takes the planted dead letter away, which has been emptied."""
        self._run("assignment", "DELETE FROM dead_letter WHERE payload = ''")

    def _run(self, database: str, statement: str, *values: str) -> None:
        with psycopg.connect(self.platform.superuser(database)) as connection:
            connection.execute(statement, values)  # type: ignore[arg-type]


def _must_be_refusal(error: grpc.aio.AioRpcError) -> None:
    if b"SECRET_DOCUMENT_REFUSED" not in repr(error.trailing_metadata()).encode():
        raise Leak(f"{error.code()}: {error.details()}")


def docx(*paragraphs: str) -> bytes:
    """A Word document of these paragraphs."""
    held = io.BytesIO()
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", f"<w:document><w:body>{body}</w:body></w:document>")
    return held.getvalue()


assert LENGTH <= 20, "a document's number"
