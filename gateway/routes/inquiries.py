"""What inquiries and units' regulations have besides their lists and pages (gateway/web/kinds/inquiry.py)."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response
from ykcd.assignment.v1 import inquiry_pb2 as pb

from gateway.downloads import to_save
from gateway.errors import status_of
from gateway.visit import SignedInVisit
from gateway.web.forms import Form, read_date
from gateway.web.kinds.inquiry import INQUIRIES, REGULATIONS
from kit.errors import InvalidArgument

router = APIRouter()


@router.get(f"{INQUIRIES.address}/thong-ke")
async def statistics(visit: SignedInVisit) -> Response:
    """Đ8.1.d, Đ13: of what the reader may see, by kind; `first_day` and `last_day` of the asking."""
    errors: dict[str, str] = {}
    form = Form({name: [visit.request.query_params.get(name, "")] for name in ("first_day", "last_day")}, errors)
    request, found = pb.GetInquiryStatisticsRequest(**{name: read_date(form, name, errors) for name in form.values}), pb.InquiryStatistics()
    if not errors:
        try:
            found = await visit.call(visit.services.inquiry.GetInquiryStatistics, request)
        except InvalidArgument as error:
            errors |= {each.path: each.message for each in error.violations}
            if status_of(error) == 400 or not errors:
                raise
    return await visit.page("inquiry_statistics.html", {"statistics": found, "form": form}, status=422 if errors else 200)


@router.get(f"{REGULATIONS.address}/{{id}}/file")
async def regulation_file(visit: SignedInVisit, id: UUID) -> Response:
    """As its unit sent it."""
    found = await visit.call(visit.services.inquiry.GetUnitRegulationFile, pb.GetUnitRegulationFileRequest(id=str(id)))
    return Response(found.file, media_type="application/octet-stream", headers=to_save(found.file_name))
