"""PeopleService."""

from datetime import date
from uuid import UUID

from ykcd.directive.v1 import people_pb2 as pb
from ykcd.directive.v1 import people_pb2_grpc
from ykcd.directive.v1.registry_pb2 import Unit

from kit import db
from kit.clock import local_date
from kit.dates import to_date
from kit.identity import OFFICE_ROLES
from kit.ids import optional_uuid
from kit.page import Page
from kit.rpc import Call, Servicer, read, write
from kit.text import nfc
from services.directive.convert.people import absence_to_proto, follower_to_proto, rule_to_proto
from services.directive.convert.registry import dissolution_to_proto, successors_from_proto, unit_facts_from_proto, unit_to_proto
from services.directive.model import SpecialistRule
from services.directive.queries import people as queries
from services.directive.queries import registry
from services.directive.service import annex1, people, units

RULES_PER_PAGE = 500


class PeopleService(Servicer, people_pb2_grpc.PeopleServiceServicer):
    @write
    async def PutAbsence(self, call: Call, request: pb.PutAbsenceRequest) -> pb.Absence:
        put = await people.put_absence(
            call.session,
            call.actor,
            unit_id=optional_uuid(request.unit_id) or call.actor.unit_id,
            person_id=UUID(request.person_id),
            deputy_id=UUID(request.deputy_id),
            first_day=to_date(request.first_day, "first_day"),
            last_day=to_date(request.last_day, "last_day"),
            reason=nfc(request.reason),
            today=local_date(call.now),
        )
        return absence_to_proto(put)

    @write
    async def CancelAbsence(self, call: Call, request: pb.CancelAbsenceRequest) -> pb.Absence:
        id, version = UUID(request.id), request.expected_version
        cancelled = await people.cancel_absence(call.session, call.actor, id=id, expected_version=version, today=local_date(call.now))
        return absence_to_proto(cancelled)

    @read
    async def ListAbsences(self, call: Call, request: pb.ListAbsencesRequest) -> pb.ListAbsencesResponse:
        page = Page(call, request, request.current, key=(UUID,))
        day = local_date(call.now) if request.current else None
        rows = await queries.absences(call.session, call.actor, day=day, after=page.after, limit=page.limit)
        shown, token = page.cut(rows, lambda row: (row.id,))
        return pb.ListAbsencesResponse(absences=[absence_to_proto(row) for row in shown], next_page_token=token)

    @read
    async def ListSpecialistRules(self, call: Call, request: pb.ListSpecialistRulesRequest) -> pb.ListSpecialistRulesResponse:
        call.actor.require(*OFFICE_ROLES, "administrator")
        page = Page(call, request, request.field_id, request.include_ended, key=(str, str, date.fromisoformat, UUID), size=RULES_PER_PAGE)
        rows = await queries.rules(
            call.session,
            day=None if request.include_ended else local_date(call.now),
            field_id=optional_uuid(request.field_id),
            after=page.after,
            limit=page.limit,
        )
        shown, token = page.cut(rows, lambda row: row[1])
        rules = [rule for rule, _ in shown]
        named = (id for rule in rules for id in (rule.specialist_id, rule.office_leader_id, rule.deputy_id))
        names = await registry.names(call.session, named)
        return pb.ListSpecialistRulesResponse(rules=[rule_to_proto(rule, names) for rule in rules], next_page_token=token)

    @write
    async def PutSpecialistRule(self, call: Call, request: pb.PutSpecialistRuleRequest) -> pb.SpecialistRule:
        entered = SpecialistRule(
            id=db.new_id(),
            version=1,
            field_id=UUID(request.field_id),
            unit_id=optional_uuid(request.unit_id),
            specialist_id=UUID(request.specialist_id),
            office_leader_id=optional_uuid(request.office_leader_id),
            deputy_id=optional_uuid(request.deputy_id),
            valid_from=to_date(request.valid_from, "valid_from"),
            note=nfc(request.note),
        )
        put = await annex1.put(call.session, call.actor, rule=entered, today=local_date(call.now))
        return await annex1.shown(call.session, put)

    @write
    async def EndSpecialistRule(self, call: Call, request: pb.EndSpecialistRuleRequest) -> pb.SpecialistRule:
        ended = await annex1.end(
            call.session,
            call.actor,
            id=UUID(request.id),
            expected_version=request.expected_version,
            valid_to=to_date(request.valid_to, "valid_to"),
            today=local_date(call.now),
        )
        return await annex1.shown(call.session, ended)

    @write
    async def NameFollower(self, call: Call, request: pb.NameFollowerRequest) -> pb.Follower:
        today = local_date(call.now)
        follower = await people.name_follower(call.session, call.actor, person_id=UUID(request.person_id), today=today)
        return follower_to_proto(follower.unit_id, follower, None)

    @read
    async def ListFollowers(self, call: Call, _request: pb.ListFollowersRequest) -> pb.ListFollowersResponse:
        rows = await queries.followers(call.session, call.actor, local_date(call.now))
        shown = [follower_to_proto(row.unit.id, row.follower, row.last_access_time) for row in rows]
        return pb.ListFollowersResponse(followers=shown)

    # Not @write, which would remember each request: this has the same effect however often it comes, and it comes with every page that
    # anybody opens.
    @read
    async def NoteAccess(self, call: Call, _request: pb.NoteAccessRequest) -> pb.NoteAccessResponse:
        await people.note_access(call.session, call.actor, now=call.now)
        return pb.NoteAccessResponse()

    @write
    async def PutUnit(self, call: Call, request: pb.PutUnitRequest) -> Unit:
        facts, version = unit_facts_from_proto(request), request.expected_version
        return unit_to_proto(
            await units.put_unit(call.session, call.actor, id=optional_uuid(request.id), expected_version=version, facts=facts)
        )

    @write
    async def ProposeDissolution(self, call: Call, request: pb.ProposeDissolutionRequest) -> pb.UnitDissolution:
        proposed = await units.propose(
            call.session,
            call.actor,
            unit_id=UUID(request.unit_id),
            valid_to=to_date(request.valid_to, "valid_to"),
            successors=successors_from_proto(request.successors),
            decision_number=nfc(request.decision_number),
            now=call.now,
        )
        return dissolution_to_proto(proposed)

    @write
    async def ConfirmDissolution(self, call: Call, request: pb.ConfirmDissolutionRequest) -> pb.UnitDissolution:
        id, version = UUID(request.id), request.expected_version
        return dissolution_to_proto(await units.confirm(call.session, call.actor, id=id, expected_version=version, now=call.now))

    @write
    async def WithdrawDissolution(self, call: Call, request: pb.WithdrawDissolutionRequest) -> pb.UnitDissolution:
        id, version = UUID(request.id), request.expected_version
        return dissolution_to_proto(await units.withdraw(call.session, call.actor, id=id, expected_version=version))

    @read
    async def ListDissolutions(self, call: Call, _request: pb.ListDissolutionsRequest) -> pb.ListDissolutionsResponse:
        call.actor.require(*OFFICE_ROLES, "administrator")
        rows = await registry.dissolutions(call.session)
        return pb.ListDissolutionsResponse(dissolutions=[dissolution_to_proto(row) for row in rows])
