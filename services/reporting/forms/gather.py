"""What stands in Annexes I to III is known to its owners: they are asked in the caller's name, and refuse him what he may not see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ykcd.assignment.v1 import assignment_pb2, assignment_pb2_grpc
from ykcd.deadline.v1 import urging_pb2, urging_pb2_grpc
from ykcd.directive.v1 import directive_pb2, directive_pb2_grpc, people_pb2, people_pb2_grpc, registry_pb2, registry_pb2_grpc

from kit.clock import local_date
from kit.dates import optional_date, to_time
from kit.errors import not_found
from kit.identity import UNIT_ROLES
from kit.ids import optional_uuid
from kit.law import article
from kit.rpc import Call, ask
from services.reporting.config import ReportingSettings
from services.reporting.forms import annex_i, annex_ii, annex_iii, labels, queries
from services.reporting.forms.office import office_head, unit_head
from services.reporting.forms.paper import Paper, Signature

LAST_DAY = date.max
ALL_UNITS = "Tất cả cơ quan, đơn vị"
RULES_PER_PAGE, ASSIGNMENTS_PER_PAGE = 1000, 200


@dataclass(frozen=True)
class Owners:
    """Whom to ask, in whose name."""

    settings: ReportingSettings
    call: Call

    async def directive(self, method: Any, request: Any) -> Any:
        return await ask("directive", self.settings.directive_address, method, request, self.call.proof)

    async def deadline(self, method: Any, request: Any) -> Any:
        return await ask("deadline", self.settings.deadline_address, method, request, self.call.proof)

    async def assignment(self, method: Any, request: Any) -> Any:
        return await ask("assignment", self.settings.assignment_address, method, request, self.call.proof)


@article("Đ8.1.đ")
async def annex_i_paper(owners: Owners) -> Paper:
    """The rows in force today and those to come, by field, unit and day. Refused to who may not see Annex I."""
    rules, token = [], ""
    while True:
        request = people_pb2.ListSpecialistRulesRequest(page_size=RULES_PER_PAGE, page_token=token)
        page = await owners.directive(lambda peer: people_pb2_grpc.PeopleServiceStub(peer).ListSpecialistRules, request)
        rules += page.rules
        if not (token := page.next_page_token):
            break
    told = await owners.directive(lambda peer: registry_pb2_grpc.RegistryServiceStub(peer).ListFields, registry_pb2.ListFieldsRequest())
    fields = {field.id: field.name for field in told.fields}
    units = await queries.unit_names(owners.call.session, (UUID(rule.unit_id) for rule in rules if rule.unit_id))
    items = [
        annex_i.Item(
            specialist=rule.specialist_name,
            field=fields.get(rule.field_id, ""),
            units=units.get(UUID(rule.unit_id), "") if rule.unit_id else ALL_UNITS,
            office_leader=rule.office_leader_name,
            deputy=rule.deputy_name,
            first_day=optional_date(rule, "valid_from"),
            last_day=optional_date(rule, "valid_to"),
            note=rule.note,
        )
        for rule in rules
    ]
    leader = Signature(("Chánh Văn phòng",))
    return annex_i.annex_i(office_head(local_date(owners.call.now), signature=leader, recipients=("Lưu: VT",)), items)


@article("Đ8.1.e")
async def annex_ii_paper(owners: Owners, notice_id: UUID) -> Paper:
    """A notice that isn't issued yet has neither number nor name. As if missing to who may not see it."""
    request = urging_pb2.GetUrgingNoticeRequest(id=str(notice_id))
    notice = await owners.deadline(lambda peer: urging_pb2_grpc.UrgingServiceStub(peer).GetUrgingNotice, request)
    about = notice.assignment
    asked = directive_pb2.GetDirectiveRequest(id=about.directive_id)
    document = await owners.directive(lambda peer: directive_pb2_grpc.DirectiveServiceStub(peer).GetDirective, asked)
    session, unit_id, specialist_id = owners.call.session, UUID(notice.unit_id), optional_uuid(notice.specialist_id)
    unit = (await queries.unit_names(session, [unit_id])).get(unit_id, "")
    people = await queries.person_names(session, [specialist_id] if specialist_id else [])
    issued = local_date(to_time(notice.issue_time)) if notice.HasField("issue_time") else None
    head = office_head(
        issued or optional_date(notice, "propose_date") or local_date(owners.call.now),
        number=notice.number or None,
        symbol="PB-VPUB",
        addressees=(unit,),
        signature=Signature(("TL. Chánh Văn phòng",), notice.issued_by_name),
        recipients=("Như trên", "Lãnh đạo Văn phòng (để báo cáo)", "Lưu: VT"),
        url=f"{owners.settings.public_url.rstrip('/')}/phieu-bao/{notice.id}",
    )
    answered = local_date(to_time(notice.acknowledge_time)) if notice.HasField("acknowledge_time") else None
    cited = annex_ii.Notice(
        unit=unit,
        ordinal=notice.ordinal,
        document=f"{labels.DOCUMENT_TYPES.get(document.document_type, 'Văn bản')} số {about.directive_code}",
        document_date=optional_date(about, "directive_issue_date"),
        document_abstract=about.directive_abstract,
        signer=", ".join(filter(None, (document.signer, document.signer_position))),
        content=f"{about.content} ({about.phase_name})" if about.phase_name else about.content,
        original_due_date=optional_date(about, "original_due_date") or optional_date(about, "due_date"),
        due_date=optional_date(about, "due_date"),
        days_overdue=notice.days_overdue,
        working_days_overdue=notice.working_days_overdue,
        earlier=tuple(notice.earlier_numbers),
        answer_due_date=optional_date(notice, "answer_due_date"),
        specialist=people.get(specialist_id, "") if specialist_id else "",
        answer=notice.answer,
        answered_by=notice.acknowledged_by_name,
        answered_on=answered,
    )
    return annex_ii.annex_ii(head, cited)


@article("Đ8.2.1", "§6.29")
async def annex_iii_paper(owners: Owners, unit_id: UUID) -> Paper:
    """The unit's own people see who does what in it; another unit's is as if missing."""
    call = owners.call
    call.actor.require(*UNIT_ROLES)
    if unit_id != call.actor.unit_id:
        raise not_found()
    parts, token = [], ""
    while True:
        request = assignment_pb2.ListAssignmentsRequest(page_size=ASSIGNMENTS_PER_PAGE, page_token=token)
        page = await owners.assignment(lambda peer: assignment_pb2_grpc.AssignmentServiceStub(peer).ListAssignments, request)
        # Whoever works for the Office too is given all units'.
        parts += [part for part in page.assignments if part.unit_id == str(unit_id) and part.state not in labels.GONE]
        if not (token := page.next_page_token):
            break
    unit = (await queries.unit_names(call.session, [unit_id])).get(unit_id, "")
    return annex_iii.annex_iii(unit_head(unit, local_date(call.now), recipients=("Lưu: VT",)), unit, _items(parts))


def _items(parts: Iterable[assignment_pb2.Assignment]) -> list[annex_iii.Item]:
    """The earliest deadline first; without one last."""
    items = [
        annex_iii.Item(
            directive=f"{part.directive_code} ngày {optional_date(part, 'directive_issue_date'):%d/%m/%Y}",
            content=f"{part.content}\n({part.phase_name})" if part.phase_name else part.content,
            due_date=optional_date(part, "due_date"),
            leader=part.delegation.leader_name,
            officers="; ".join(part.delegation.officer_names),
            role=labels.ROLES.get(part.role, ""),
            internal_due_date=optional_date(part.delegation, "internal_due_date"),
            deliverable=part.deliverable,
            state=labels.state(part.execution, part.timeliness),
            note=part.delegation.note,
        )
        for part in parts
    ]
    return sorted(items, key=lambda item: (item.due_date or LAST_DAY, item.directive, item.content))
