"""Annexes I to III as files, asked of their real owners: each as a stranger, as another unit, as the right role."""

import importlib
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import grpc
import pytest
from docx import Document
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1.assignment_pb2_grpc import AssignmentServiceStub
from ykcd.deadline.v1 import urging_pb2 as u
from ykcd.deadline.v1.urging_pb2_grpc import UrgingServiceStub
from ykcd.directive.v1.directive_pb2_grpc import DirectiveServiceStub
from ykcd.directive.v1.event_pb2 import UnitChanged
from ykcd.directive.v1.registry_pb2 import Unit
from ykcd.reporting.v1 import form_pb2 as pb
from ykcd.reporting.v1.form_pb2_grpc import FormServiceStub

from kit.dates import from_date
from kit.errors import from_rpc
from kit.testing.stack import Person, Stack
from services.reporting.__main__ import app
from services.reporting.tests.test_papers import docx_text, pdf_text, sheet_rows

# Loaded by name: services share nothing, but their tests may stand side by side.
theirs = importlib.import_module("services.directive.tests.factories")
schedule = importlib.import_module("services.deadline.schedule")
AN, OFFICE_LEADER, STNMT_LEADER, SYT_LEADER = theirs.AN, theirs.OFFICE_LEADER, theirs.STNMT_LEADER, theirs.SYT_LEADER
OWNERS = ("directive", "assignment", "deadline")
NAMES = {theirs.STNMT: "Sở Tài nguyên và Môi trường", theirs.SYT: "Sở Y tế", theirs.OFFICE: "Văn phòng UBND tỉnh"}


@dataclass
class Platform:
    """Four services; what each tells comes to the others when `spread` says so."""

    stacks: dict[str, Stack]
    told: set[tuple[str, str]] = field(default_factory=set)

    async def spread(self) -> None:
        """Until nothing new is told."""
        while fresh := [
            (sender, *told)
            for sender in OWNERS
            for told in await self.stacks[sender].events()
            if (sender, told[0].event_id) not in self.told
        ]:
            for sender, envelope, event in fresh:
                self.told.add((sender, envelope.event_id))
                for name, receiver in self.stacks.items():
                    if name != sender and type(event) in receiver.app.handlers:
                        await receiver.deliver(event, envelope.aggregate_id, envelope.aggregate_version, source=envelope.source)

    async def get(
        self, person: Person | None, form: int, subject: UUID | str = "", format: int = pb.FILE_FORMAT_DOCX
    ) -> tuple[pb.FormFile, bytes]:
        """Header and bytes."""
        stub = FormServiceStub(self.stacks["reporting"].channel)
        request = pb.GetFormRequest(form=form, subject_id=str(subject), format=format)
        parts = [part async for part in stub.GetForm(request, metadata=person.metadata if person else [])]
        return parts[0].header, b"".join(part.chunk for part in parts[1:])

    async def refused(
        self, person: Person | None, form: int, subject: UUID | str = "", format: int = pb.FILE_FORMAT_DOCX
    ) -> tuple[str, str]:
        """Code and reason."""
        with pytest.raises(grpc.RpcError) as caught:
            await self.get(person, form, subject, format)
        return caught.value.code().name, from_rpc(caught.value).reason


@pytest.fixture
async def platform(serve, clock, tmp_path) -> AsyncIterator[Platform]:
    clock.set(datetime(2025, 4, 24, 2, tzinfo=UTC))
    stacks, addresses = {}, {}
    for name in OWNERS:
        more = {
            "assignment": {"files_url": tmp_path.as_uri(), "directive_address": addresses.get("directive_address", "")},
            "deadline": {"assignment_address": addresses.get("assignment_address", "")},
        }.get(name, {})
        stacks[name] = await serve(importlib.import_module(f"services.{name}.__main__").app, **more)
        addresses[f"{name}_address"] = stacks[name].address
    stacks["reporting"] = await serve(app, **addresses, public_url="https://nhiemvu.example/")
    made = Platform(stacks)
    await theirs.fill(stacks["directive"])
    for name in ("assignment", "deadline", "reporting"):
        await stacks[name].add(*theirs.PEOPLE)
        for id, unit in NAMES.items():
            told = UnitChanged(unit=Unit(id=str(id), version=1, code=str(id), name=unit, kind=2, valid_from=from_date(date(2010, 1, 1))))
            if UnitChanged in stacks[name].app.handlers:
                await stacks[name].deliver(told, id)
    await schedule.publish_calendar(stacks["deadline"].runtime)
    await made.spread()
    return made


async def given(platform: Platform) -> a.Assignment:
    """A task for Sở TNMT, due on Friday 25/4, published today and delegated."""
    stack = platform.stacks["directive"]
    task = theirs.task(due_date=from_date(date(2025, 4, 25)), deliverable="Phương án")
    await theirs.published(stack, DirectiveServiceStub(stack.channel), task)
    await platform.spread()
    tasks, assignment = AssignmentServiceStub(platform.stacks["assignment"].channel), platform.stacks["assignment"]
    (found,) = (await assignment.call(tasks.ListAssignments, a.ListAssignmentsRequest(), STNMT_LEADER)).assignments
    accept = a.AcceptAssignmentRequest(request_id=str(uuid4()), id=found.id, expected_version=found.version)
    found = await assignment.call(tasks.AcceptAssignment, accept, STNMT_LEADER)
    delegate = a.DelegateAssignmentRequest(
        request_id=str(uuid4()),
        id=found.id,
        expected_version=found.version,
        leader_id=str(STNMT_LEADER.id),
        officer_ids=[str(theirs.STNMT_OFFICER.id)],
        internal_due_date=from_date(date(2025, 4, 24)),
        note="Ưu tiên",
    )
    found = await assignment.call(tasks.DelegateAssignment, delegate, STNMT_LEADER)
    await platform.spread()
    return found


async def proposed(platform: Platform, clock) -> u.UrgingNotice:
    """On the first working day after it."""
    await given(platform)
    clock.set(datetime(2025, 4, 28, 2, tzinfo=UTC))
    deadline = platform.stacks["deadline"]
    await schedule.tell_all_missed(deadline.runtime)
    await platform.spread()
    await schedule.urge(deadline.runtime)
    listed = await deadline.call(UrgingServiceStub(deadline.channel).ListUrgingNotices, u.ListUrgingNoticesRequest(), AN)
    return listed.notices[0]


@pytest.mark.article("Đ8.1.đ")
async def test_annex_i_lists_who_follows_what(platform: Platform) -> None:
    header, content = await platform.get(OFFICE_LEADER, pb.FORM_I)
    assert (header.file_name, header.size) == ("phu-luc-I-20250424.docx", len(content))
    (grid,) = [grid for grid in Document(io.BytesIO(content)).tables if "TT" in grid.cell(0, 0).text]
    rows = [[cell.text for cell in row.cells][1:7] for row in grid.rows[1:]]
    assert sorted(rows) == sorted(
        [
            [AN.name, "Đất đai", "Sở Tài nguyên và Môi trường", "", "", "01/11/2016"],
            [theirs.BINH.name, "Đất đai", "", "", "", "01/11/2016"],
            [theirs.CHI.name, "Y tế", "Tất cả cơ quan, đơn vị", "", "", "01/11/2016"],
        ]
    )
    _header, content = await platform.get(theirs.ADMINISTRATOR, pb.FORM_I, format=pb.FILE_FORMAT_XLSX)
    assert len(sheet_rows(content)) == 5
    for person in (STNMT_LEADER, theirs.EVALUATOR, theirs.OPERATOR):
        assert await platform.refused(person, pb.FORM_I) == ("PERMISSION_DENIED", "ROLE_REQUIRED")
    assert await platform.refused(None, pb.FORM_I) == ("UNAUTHENTICATED", "TOKEN_MISSING")


@pytest.mark.article("Đ8.1.e")
async def test_a_phieu_bao_cites_all_that_annex_ii_asks_for(platform: Platform, clock) -> None:
    notice = await proposed(platform, clock)
    _header, content = await platform.get(AN, pb.FORM_II, notice.id, pb.FILE_FORMAT_PDF)
    assert "01/PB-VPUB" not in pdf_text(content)
    assert await platform.refused(STNMT_LEADER, pb.FORM_II, notice.id) == ("NOT_FOUND", "NOT_FOUND")
    deadline = platform.stacks["deadline"]
    issue = u.IssueUrgingNoticeRequest(request_id=str(uuid4()), id=notice.id, expected_version=notice.version)
    await deadline.call(UrgingServiceStub(deadline.channel).IssueUrgingNotice, issue, AN)
    for person in (AN, OFFICE_LEADER, STNMT_LEADER):
        _header, content = await platform.get(person, pb.FORM_II, notice.id, pb.FILE_FORMAT_PDF)
        text = " ".join(pdf_text(content).split())
        for words in (
            "Số: 01/PB-VPUB",
            "ngày 28 tháng 4 năm 2025",
            "lần thứ 1",
            "Kính gửi: Sở Tài nguyên và Môi trường",
            "Công văn số 5425/UBND-KGVX ngày 24/04/2025, V/v rà soát quỹ đất công; người ký: Nguyễn Văn Phương, Chủ tịch",
            "Rà soát quỹ đất công trên địa bàn.",
            "Thời hạn: 25/04/2025.",
            "Quá hạn: 3 ngày",
            "không có",
            "trước ngày 05/05/2025",
            "Chuyên viên theo dõi: Nguyễn Văn An",
            "TL. CHÁNH VĂN PHÒNG",
            "PHẦN TRẢ LỜI CỦA ĐƠN VỊ",
        ):
            assert words in text, words
    _header, content = await platform.get(STNMT_LEADER, pb.FORM_II, notice.id)
    assert "Số: 01/PB-VPUB" in docx_text(content)


@pytest.mark.article("Đ8.1.e", "D13")
async def test_another_units_phieu_bao_is_as_if_missing(platform: Platform, clock) -> None:
    notice = await proposed(platform, clock)
    deadline = platform.stacks["deadline"]
    issue = u.IssueUrgingNoticeRequest(request_id=str(uuid4()), id=notice.id, expected_version=notice.version)
    await deadline.call(UrgingServiceStub(deadline.channel).IssueUrgingNotice, issue, AN)
    for person in (SYT_LEADER, theirs.EVALUATOR, theirs.ADMINISTRATOR):
        assert await platform.refused(person, pb.FORM_II, notice.id) == await platform.refused(person, pb.FORM_II, uuid4())
    assert await platform.refused(SYT_LEADER, pb.FORM_II, notice.id) == ("NOT_FOUND", "NOT_FOUND")
    assert await platform.refused(None, pb.FORM_II, notice.id) == ("UNAUTHENTICATED", "TOKEN_MISSING")
    assert (await platform.refused(AN, pb.FORM_II))[1] == "SUBJECT_MISSING"


@pytest.mark.article("Đ8.2.1")
async def test_annex_iii_says_who_does_what_in_the_unit(platform: Platform) -> None:
    await given(platform)
    for person in (STNMT_LEADER, theirs.STNMT_OFFICER):
        _header, content = await platform.get(person, pb.FORM_III, theirs.STNMT, pb.FILE_FORMAT_XLSX)
        assert sheet_rows(content)[2:] == [
            [
                1,
                "5425/UBND-KGVX ngày 24/04/2025",
                "Rà soát quỹ đất công trên địa bàn.",
                date(2025, 4, 25),
                STNMT_LEADER.name,
                theirs.STNMT_OFFICER.name,
                "Chủ trì",
                date(2025, 4, 24),
                "Phương án",
                "Đang thực hiện – trong hạn",
                "Ưu tiên",
            ]
        ]


@pytest.mark.article("§6.29", "Đ8.2.1")
async def test_a_unit_cannot_read_anothers_annex_iii(platform: Platform) -> None:
    """§6.29."""
    await given(platform)
    for subject in (theirs.STNMT, uuid4()):
        assert await platform.refused(SYT_LEADER, pb.FORM_III, subject) == ("NOT_FOUND", "NOT_FOUND")
    for person in (AN, theirs.EVALUATOR, theirs.ADMINISTRATOR, theirs.OPERATOR):
        assert await platform.refused(person, pb.FORM_III, theirs.STNMT) == ("PERMISSION_DENIED", "ROLE_REQUIRED")
    assert await platform.refused(None, pb.FORM_III, theirs.STNMT) == ("UNAUTHENTICATED", "TOKEN_MISSING")
    _header, content = await platform.get(SYT_LEADER, pb.FORM_III, theirs.SYT)
    assert "Rà soát" not in docx_text(content)


async def test_an_owner_who_is_away_is_told_of_as_such(platform: Platform) -> None:
    platform.stacks["reporting"].runtime.settings.directive_address = "127.0.0.1:1"
    assert await platform.refused(AN, pb.FORM_I) == ("UNAVAILABLE", "DEPENDENCY_UNAVAILABLE")


async def test_the_template_in_force_is_used(platform: Platform) -> None:
    stub, reporting = FormServiceStub(platform.stacks["reporting"].channel), platform.stacks["reporting"]
    templates = importlib.import_module("services.reporting.tests.test_form_templates")
    sample = templates.template(templates.SAMPLES[templates.Form.I])
    own = templates.edited(sample, {"word/document.xml": ("Độc lập - Tự do - Hạnh phúc", "Bản của Văn phòng")})
    await reporting.call(stub.UploadFormTemplate, templates.upload(own, pb.FORM_I), theirs.ADMINISTRATOR)
    assert "Bản của Văn phòng" not in docx_text((await platform.get(AN, pb.FORM_I))[1])
    await reporting.call(stub.UseFormTemplate, templates.use(1, pb.FORM_I), theirs.ADMINISTRATOR)
    assert "Bản của Văn phòng" in docx_text((await platform.get(AN, pb.FORM_I))[1])


async def test_forms_that_are_snapshots_are_not_made_here(platform: Platform) -> None:
    for form in (pb.FORM_UNSPECIFIED, pb.FORM_IV, pb.FORM_V, pb.FORM_VI):
        assert (await platform.refused(AN, form))[0] == "INVALID_ARGUMENT"
