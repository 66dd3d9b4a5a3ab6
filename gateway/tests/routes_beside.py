"""The routes of what lies beside the tasks, as test_routes.py lists them all."""

from dataclasses import dataclass
from typing import Any

from gateway.tests.world import ADMINISTRATOR, AN, OFFICE_LEADER, OFFICER, STNMT, STNMT_LEADER
from kit.testing.stack import Person
from services.directive.tests.factories import LAND

ABSENT = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Route:
    """`right`: somebody who may, and what he gets; None where a flow shows it. `foreign`: what another unit gets."""

    right: tuple[Person, int] | None = None
    foreign: int = 404
    fields: Any = None


DECIDED = {"decision_number": "1", "decision_signer": "A"}
INSPECTION = {"kind": "periodic", "unit_id": str(STNMT), "title": "Kiểm tra", "plan": "Quý II", "visit_from": "2025-05-05",
              "visit_to": "2025-05-06", **DECIDED}  # fmt: skip
ITEM = {"year": "2025", "month": "6", "ordinal": "1", "content": "Đề án", "lead_unit_id": str(STNMT)}
ABSENCE = {"person_id": str(STNMT_LEADER.id), "deputy_id": str(OFFICER.id), "first_day": "2025-05-05", "last_day": "2025-05-06"}
RULE = {"field_id": str(LAND), "unit_id": str(STNMT), "specialist_id": str(AN.id), "valid_from": "2025-05-05"}
UNIT = {"code": "skhcn", "name": "Sở Khoa học và Công nghệ", "kind": "department", "valid_from": "2025-05-05"}
DISSOLUTION = {"unit_id": str(STNMT), "valid_to": "2025-06-30", "decision_number": "1", "successors-0-unit_id": ABSENT}
BESIDE: dict[str, Route] = {
    "GET /vuong-mac": Route((AN, 200), 200),
    "GET /vuong-mac/moi": Route((STNMT_LEADER, 200), 200),
    "POST /vuong-mac/moi": Route(fields={"assignment_id": ABSENT, "difficulty": "A", "cause": "B", "proposal": "C"}),
    "GET /vuong-mac/{id}": Route(),
    "POST /vuong-mac/{id}/propose": Route(None, 403, {"office_proposal": "A"}),
    "POST /vuong-mac/{id}/direct": Route(None, 403, {"direction": "A", **DECIDED}),
    "POST /vuong-mac/{id}/close": Route(fields={"note": "Xem trộm."}),
    "POST /vuong-mac/{id}/withdraw": Route(fields={"reason": "Xem trộm."}),
    "GET /kiem-tra": Route((AN, 200), 200),
    "GET /kiem-tra/moi": Route((AN, 200), 200),
    "POST /kiem-tra/moi": Route((AN, 303), 403, INSPECTION),
    "GET /kiem-tra/{id}": Route(),
    "POST /kiem-tra/{id}/record": Route(fields={"visited_on": "2025-04-24", "findings": "Xem trộm."}),
    "POST /kiem-tra/{id}/conclude": Route(fields={"conclusions": "Xem trộm.", "evaluation": "good", **DECIDED}),
    "POST /kiem-tra/{id}/close": Route(),
    "POST /kiem-tra/{id}/cancel": Route(fields={"reason": "Xem trộm."}),
    "GET /yeu-cau": Route((AN, 200), 200),
    "GET /yeu-cau/moi": Route((STNMT_LEADER, 200), 200),
    "POST /yeu-cau/moi": Route((OFFICER, 303), 303, {"kind": "support", "subject": "A", "body": "B"}),
    "GET /yeu-cau/thong-ke": Route((AN, 200), 200),
    "GET /yeu-cau/{id}": Route(),
    "POST /yeu-cau/{id}/answer": Route(None, 403, {"answer": "Xem trộm."}),
    "POST /yeu-cau/{id}/solve": Route(),
    "POST /yeu-cau/{id}/reopen": Route(fields={"reason": "Xem trộm."}),
    "GET /quy-che-don-vi": Route((AN, 200), 200),
    "GET /quy-che-don-vi/moi": Route((STNMT_LEADER, 200), 200),
    "POST /quy-che-don-vi/moi": Route((STNMT_LEADER, 422), 422, {"number": "1", "issue_date": "2025-04-24", "title": "Không có tệp"}),
    "GET /quy-che-don-vi/{id}/file": Route(),
    "GET /chuong-trinh": Route((STNMT_LEADER, 200), 200),
    "GET /chuong-trinh/moi": Route((AN, 200), 403),
    "POST /chuong-trinh/moi": Route((AN, 303), 403, ITEM),
    "GET /chuong-trinh/{id}": Route(),
    "POST /chuong-trinh/{id}/record": Route(fields={"state": "dropped", "result": "Xem trộm."}),
    "POST /chuong-trinh/{id}/link": Route(None, 403),
    "POST /chuong-trinh/{id}/change": Route(None, 403, ITEM),
    "GET /uy-quyen": Route((STNMT_LEADER, 200), 200),
    "GET /uy-quyen/moi": Route((STNMT_LEADER, 200), 200),
    "POST /uy-quyen/moi": Route((STNMT_LEADER, 303), 422, ABSENCE),
    "GET /uy-quyen/{id}": Route(),
    "POST /uy-quyen/{id}/cancel": Route(),
    "GET /phu-luc-i": Route((AN, 200), 403),
    "GET /phu-luc-i/moi": Route((ADMINISTRATOR, 200), 403),
    "POST /phu-luc-i/moi": Route((OFFICE_LEADER, 303), 403, RULE),
    "GET /phu-luc-i/{id}": Route(None, 403),
    "POST /phu-luc-i/{id}/end": Route(None, 403, {"valid_to": "2025-05-05"}),
    "GET /lanh-dao-theo-doi": Route((AN, 200), 200),
    "GET /lanh-dao-theo-doi/moi": Route((STNMT_LEADER, 200), 200),
    "POST /lanh-dao-theo-doi/moi": Route((STNMT_LEADER, 303), 422, {"person_id": str(STNMT_LEADER.id)}),
    "GET /don-vi": Route((AN, 200), 200),
    "GET /don-vi/moi": Route((ADMINISTRATOR, 200), 403),
    "POST /don-vi/moi": Route((ADMINISTRATOR, 303), 403, UNIT),
    "GET /don-vi/{id}": Route(),
    "POST /don-vi/{id}/change": Route(None, 403, UNIT),
    "GET /sap-xep-don-vi": Route((AN, 200), 403),
    "GET /sap-xep-don-vi/moi": Route((ADMINISTRATOR, 200), 403),
    "POST /sap-xep-don-vi/xem-truoc": Route((ADMINISTRATOR, 200), 403, DISSOLUTION),
    "POST /sap-xep-don-vi/moi": Route((ADMINISTRATOR, 422), 403, DISSOLUTION),
    "GET /sap-xep-don-vi/{id}": Route(None, 403),
    "POST /sap-xep-don-vi/{id}/confirm": Route(None, 403),
    "POST /sap-xep-don-vi/{id}/withdraw": Route(None, 403),
}
