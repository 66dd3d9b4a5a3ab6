"""EvaluationService: proto in, use case, proto out."""

from collections.abc import AsyncGenerator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.reporting.v1 import evaluation_pb2 as pb
from ykcd.reporting.v1 import evaluation_pb2_grpc

from kit.dates import to_date, to_time
from kit.identity import UNIT_ROLES
from kit.ids import optional_uuid
from kit.page import Page
from kit.rpc import Call, Servicer, read, watch, write
from services.reporting.evaluation import answers, layout, lists, queries, service
from services.reporting.evaluation.convert import formula_to_proto, parameters_of
from services.reporting.evaluation.lists import LISTS_OF_SPECIALISTS, Asked
from services.reporting.evaluation.service import Sight, Subject
from services.reporting.forms.convert import FORMATS, file_parts
from services.reporting.forms.paper import Paper
from services.reporting.forms.render import rendered
from services.reporting.model import READER_ROLES
from services.reporting.periodic.periods import Period


class EvaluationService(Servicer, evaluation_pb2_grpc.EvaluationServiceServicer):
    @read
    async def GetEvaluation(self, call: Call, request: pb.GetEvaluationRequest) -> pb.Evaluation:
        sight = Sight.of(call.actor)
        async with self.runtime.unattended() as session:
            subject = await _subject(session, request, call.now)
            return answers.evaluation(await service.evaluate(session, subject, sight), sight)

    @read
    async def ListEvaluationTasks(self, call: Call, request: pb.ListEvaluationTasksRequest) -> pb.ListEvaluationTasksResponse:
        sight = Sight.of(call.actor)
        leads = request.part == pb.EVALUATION_PART_LEADER if request.part else None
        asked = Asked(request.measure, optional_uuid(request.unit_id), optional_uuid(request.person_id), leads)
        asked.require(call.actor, sight)
        acts = asked.measure in LISTS_OF_SPECIALISTS
        about = type(request)()
        about.CopyFrom(request)
        about.page_token, about.page_size = "", 0
        page = Page(call, request, about, key=(int,) if acts else (date.fromisoformat, UUID))
        async with self.runtime.unattended() as session:
            subject = await _subject(session, request, call.now)
            found = await lists.listed(session, subject, asked, after=page.after, limit=page.limit)
        first = page.after[0] + 1 if acts and page.after else 0
        numbered = list(enumerate(found.tasks, first))
        shown, token = page.cut(numbered, lambda place: (place[0],) if acts else _place(place[1]))
        return pb.ListEvaluationTasksResponse(
            tasks=[task for _, task in shown], next_page_token=token, total_count=found.total, part_count=found.parts
        )

    @read
    async def GetRegulationSummary(self, call: Call, request: pb.GetRegulationSummaryRequest) -> pb.RegulationSummary:
        call.actor.require(*READER_ROLES)
        async with self.runtime.unattended() as session:
            return answers.regulation(await service.regulation(session, await _subject(session, request, call.now)))

    @watch
    async def GetEvaluationFile(self, entrance: Any, request: pb.GetEvaluationFileRequest) -> AsyncGenerator[pb.GetEvaluationFileResponse]:
        async with entrance.transaction() as call:
            call.actor.require(*READER_ROLES)
        async with self.runtime.unattended() as session:
            subject = await _subject(session, request, call.now)
            name, paper = await _paper(session, subject, request.paper, Sight.of(call.actor))
        format = FORMATS[request.format]
        file = await rendered(paper, format)
        days = f"{subject.period.first:%Y%m%d}-{subject.period.last:%Y%m%d}"
        for part in file_parts(pb.GetEvaluationFileResponse, f"{name}-{days}", format, file):
            yield part

    @read
    async def ListFormulas(self, call: Call, request: pb.ListFormulasRequest) -> pb.ListFormulasResponse:
        call.actor.require(*READER_ROLES, *UNIT_ROLES, "administrator")
        return pb.ListFormulasResponse(formulas=[formula_to_proto(formula) for formula in await queries.formulas(call.session)])

    @write
    async def CreateFormula(self, call: Call, request: pb.CreateFormulaRequest) -> pb.EvaluationFormula:
        made = await service.create_formula(
            call.session,
            call.actor,
            expected_version=request.expected_version,
            parameters=parameters_of(request.parameters),
            effective_from=to_date(request.effective_from, "effective_from"),
            reason=request.reason.strip(),
            now=call.now,
        )
        return formula_to_proto(made)


async def _paper(session: AsyncSession, subject: Subject, which: int, sight: Sight) -> tuple[str, Paper]:
    """With the beginning of its file's name."""
    if which == pb.EVALUATION_PAPER_REGULATION:
        return "thuc-hien-quy-che", layout.regulation(await service.regulation(session, subject))
    found = await service.evaluate(session, subject, sight)
    return ("danh-gia", layout.ranking(found)) if which == pb.EVALUATION_PAPER_RANKING else ("danh-gia-ca-nhan", layout.people(found))


async def _subject(session: AsyncSession, request: Any, now: datetime) -> Subject:
    as_of = to_time(request.as_of_time) if request.HasField("as_of_time") else None
    return await Subject.of(session, Period.read(request.period), as_of=as_of, now=now)


def _place(task: pb.EvaluationTask) -> tuple[date, UUID]:
    """As queries.tasks orders them; without a due date last."""
    row = task.row
    due = to_date(row.effective_due_date, "effective_due_date") if row.HasField("effective_due_date") else date.max
    return due, UUID(row.id)
