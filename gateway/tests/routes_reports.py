"""The routes of forms and periodic reports, as test_routes.py lists them all."""

from gateway.tests.routes_beside import Route
from gateway.tests.world import ADMINISTRATOR, AN, EVALUATOR, STNMT_LEADER

MARCH = {"period_kind": "month", "year": "2025", "number": "3"}
REPORTS: dict[str, Route] = {
    # Of the reader's own unit: test_papers.py has those of other forms.
    "GET /bieu-mau/{annex}.{ending}": Route((STNMT_LEADER, 200), 200),
    "GET /bieu-mau": Route((ADMINISTRATOR, 200), 403),
    "GET /bieu-mau/{annex}": Route((ADMINISTRATOR, 200), 403),
    "GET /bieu-mau/{annex}/mau/{version}.docx": Route((ADMINISTRATOR, 200), 403),
    "POST /bieu-mau/{annex}/tai-len": Route((ADMINISTRATOR, 422), 403),
    "POST /bieu-mau/{annex}/dung": Route((ADMINISTRATOR, 303), 403, {"version": "0"}),
    "GET /bao-cao": Route((EVALUATOR, 200), 200),
    "GET /bao-cao/moi": Route((AN, 200), 200),
    "POST /bao-cao/moi": Route((AN, 303), 403, {"form": "v", **MARCH}),
    "GET /bao-cao/tinh-hinh": Route((EVALUATOR, 200), 403),
    "POST /bao-cao/tinh-hinh/yeu-cau": Route((AN, 303), 403, MARCH),
    "GET /bao-cao/{id}": Route(),
    "GET /bao-cao/{id}/tep.{ending}": Route(),
    "POST /bao-cao/{id}/don-doc": Route(None, 403, MARCH),
    "POST /bao-cao/{id}/edit": Route(fields={"general_text": "Xem trộm."}),
    "POST /bao-cao/{id}/recompose": Route(),
    "POST /bao-cao/{id}/sign": Route(),
    "POST /bao-cao/{id}/send": Route(),
    "POST /bao-cao/{id}/issue": Route(None, 403, {"number": "1", "issue_date": "2025-04-24"}),
    "POST /bao-cao/{id}/give-back": Route(fields={"reason": "Xem trộm."}),
}
