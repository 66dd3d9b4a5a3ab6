"""Records of every kind (gateway/web/kinds): their lists, their pages, and what people do to them."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from gateway.again import REFUSALS, again, as_it_is, form_again
from gateway.bodies import Posted, PostedForm, name_of, texts, with_files
from gateway.bulk import do_each
from gateway.errors import status_of
from gateway.visit import SignedInVisit, Visit
from gateway.web.forms import Form, gathered
from gateway.web.kinds import KINDS
from gateway.web.records import Act, Kind
from kit.errors import AlreadyExists, Error, InvalidArgument, PermissionDenied, not_found

router = APIRouter()
PER_PAGE = 50
MAX_PER_PAGE = 200
# Of one that goes in the request itself, which gRPC bounds to 4 MB.
MAX_FILE_BYTES = 3 * 1024 * 1024


def _add_routes(kind: Kind) -> None:
    async def listed(visit: SignedInVisit) -> Response:
        return await _list(visit, kind)

    async def one(visit: SignedInVisit, id: UUID) -> Response:
        return await _show(visit, kind, await find(visit, kind, str(id)))

    router.add_api_route(kind.address, listed, methods=["GET"], name=kind.slug)
    if kind.create:
        _add_creation(kind, kind.create)
    if kind.has_page:
        router.add_api_route(f"{kind.address}/{{id}}", one, methods=["GET"], name=f"{kind.slug}-page")
    for act in kind.acts:
        _add_act(kind, act)


def _add_creation(kind: Kind, act: Act) -> None:
    async def form(visit: SignedInVisit) -> Response:
        if not kind.may_create((await visit.frame()).me):
            raise PermissionDenied(reason="ROLE_REQUIRED", message="Bạn không có quyền làm việc này.")
        return await _creation(visit, kind, act, Form(gathered(visit.request.query_params.multi_items())))

    async def create(visit: SignedInVisit, posted: Posted = Depends(with_files if act.takes_files else texts)) -> Response:
        return await _create(visit, kind, act, posted)

    router.add_api_route(f"{kind.address}/moi", form, methods=["GET"], name=f"{kind.slug}-new")
    router.add_api_route(f"{kind.address}/moi", create, methods=["POST"], name=f"{kind.slug}-create")


def _add_act(kind: Kind, act: Act) -> None:
    async def do(visit: SignedInVisit, id: UUID, posted: PostedForm) -> Response:
        return await _act(visit, kind, act, str(id), posted)

    async def do_all(visit: SignedInVisit, posted: PostedForm) -> Response:
        return await _bulk(visit, kind, act, posted)

    router.add_api_route(f"{kind.address}/{{id}}/{act.slug}", do, methods=["POST"], name=f"{kind.slug}-{act.slug}")
    if act.bulk:
        router.add_api_route(f"{kind.address}/{act.slug}", do_all, methods=["POST"], name=f"{kind.slug}-{act.slug}-all")


for _kind in KINDS.values():
    _add_routes(_kind)


async def call(visit: Visit, kind: Kind, rpc: str, request: Any) -> Any:
    """By the kind's service."""
    return await visit.call(getattr(getattr(visit.services, kind.stub(rpc)), rpc), request)


async def _list(visit: Visit, kind: Kind) -> Response:
    """The conditions are the address. What can't be read in them is named, and nothing is listed."""
    query = visit.request.query_params
    token = query.get("page_token", "")
    request, form = kind.listed(query.multi_items(), visit.today, page_size=PER_PAGE, page_token=token)
    found, errors = kind.empty_list(), dict(form.errors)
    if not errors:
        try:
            found = await call(visit, kind, kind.list_rpc, request)
        except InvalidArgument as error:
            if status_of(error) == 400:
                raise
            errors = {kind.filter_of(each.path): each.message for each in error.violations} or {"": error.message}
    kept = [(each.name, value) for each in kind.filters for value in form.many(each.name) if value]
    next_token = getattr(found, "next_page_token", "")
    context = {
        "found": found,
        "rows": kind.rows(found),
        "form": Form(form.values, errors),
        "first": _with(kind.address, kept) if token else "",
        "whole": _with(kind.address, kept),
        "next": _with(kind.address, [*kept, ("page_token", next_token)]) if next_token else "",
    }
    return await page(visit, kind, "record_list.html", context, status=422 if errors else 200)


def _with(address: str, pairs: list[tuple[str, str]]) -> str:
    return f"{address}?{urlencode(pairs)}" if pairs else address


async def page(visit: Visit, kind: Kind, template: str, context: dict[str, Any], status: int = 200) -> Response:
    """With what the macros of every kind may use."""
    frame = await visit.frame()
    shared = {"kind": kind, "more": None, "units": frame.units, "fields": frame.fields, "members": frame.members, "office": frame.office}
    return await visit.page(template, shared | context, status=status)


async def find(visit: Visit, kind: Kind, id: str) -> Any:
    """One record. NotFound for the missing and the foreign."""
    if kind.get_rpc:
        return await call(visit, kind, kind.get_rpc, kind.message(kind.get_rpc, id=id))
    token = ""
    while True:
        request, _ = kind.listed(kind.whole, visit.today, page_size=MAX_PER_PAGE, page_token=token)
        found = await call(visit, kind, kind.list_rpc, request)
        for record in kind.rows(found):
            if kind.id_of(record) == id:
                return record
        if not (token := getattr(found, "next_page_token", "")):
            raise not_found()


async def _show(visit: Visit, kind: Kind, record: Any, *, forms: dict[str, Form] | None = None, conflict: str = "", status: int = 200):
    more = await kind.more(visit, record) if kind.more else None
    opened = visit.request.query_params.get("open", "")
    context = {"record": record, "more": more, "forms": forms or {}, "opened": opened, "conflict": conflict}
    return await page(visit, kind, "record.html", context, status)


async def _act(visit: Visit, kind: Kind, act: Act, id: str, posted: Posted) -> Response:
    posted = Posted(act.tidied(posted.values), posted.files)
    request, unread = kind.request(act, Form(posted.values), request_id=posted.text("request_id"), id=id, expected_version=posted.version)
    try:
        if unread:
            raise InvalidArgument.fields([])
        await call(visit, kind, act.rpc, request)
    except REFUSALS as error:
        return await _show_again(visit, kind, act, id, posted, error, unread)
    onwards = kind.address if act.leaves else f"{kind.address}/{id}"
    return visit.redirect(onwards, done=f"{kind.slug}.{act.slug}")


async def _show_again(visit: Visit, kind: Kind, act: Act, id: str, posted: Posted, error: Error, unread: dict[str, str]) -> Response:
    """What was typed stays: in its form, or beside the news that somebody was faster."""
    found = await as_it_is(find(visit, kind, id), error)
    allowed = act in kind.acts_on(found, (await visit.frame()).me, visit.today)
    errors = unread | {act.field_of(each.path): each.message for each in error.violations}
    shown = again(error, posted, errors, version=found.version, allowed=allowed)
    return await _show(visit, kind, found, forms={act.name: shown.form}, conflict=act.name if shown.conflict else "", status=shown.status)


async def _creation(visit: Visit, kind: Kind, act: Act, form: Form, status: int = 200) -> Response:
    more = await act.more(visit) if act.more else None
    return await page(visit, kind, "record_new.html", {"act": act, "form": form, "more": more}, status)


async def creation_again(visit: Visit, kind: Kind, act: Act, posted: Posted, error: Error, unread: dict[str, str]) -> Response:
    """With what was typed."""
    errors = unread | {act.field_of(each.path): each.message for each in error.violations}
    form = form_again(error, posted, errors, allowed=kind.may_create((await visit.frame()).me))
    return await _creation(visit, kind, act, form, status_of(error))


async def _create(visit: Visit, kind: Kind, act: Act, posted: Posted) -> Response:
    posted = Posted(act.tidied(posted.values), posted.files)
    request, unread = kind.request(act, Form(posted.values), request_id=posted.text("request_id"))
    if act.takes_files:
        await _attach(request, act, posted, unread)
    try:
        if unread:
            raise InvalidArgument.fields([])
        written = await call(visit, kind, act.rpc, request)
    except AlreadyExists as error:
        if id := error.metadata.get("id"):
            return visit.redirect(f"{kind.address}/{id}", done="there")
        raise
    except REFUSALS as error:
        return await creation_again(visit, kind, act, posted, error, unread)
    onwards = kind.address_of(written) if kind.has_page else kind.address
    return visit.redirect(onwards, done=f"{kind.slug}.{act.slug}")


async def _attach(request: Any, act: Act, posted: Posted, unread: dict[str, str]) -> None:
    """That a file is missing, or of another type, is for the service to say."""
    for file in posted.files[:1]:
        if (file.size or 0) > MAX_FILE_BYTES:
            unread[act.field_of("file")] = "Tệp không quá 3 MB."
            return
        request.file, request.file_name = await file.read(), name_of(file)


async def _bulk(visit: Visit, kind: Kind, act: Act, posted: Posted) -> Response:
    """One after the other: numbers follow the list's order."""

    async def do(id: str, version: int, request_id: str) -> Any:
        return await call(visit, kind, act.rpc, kind.message(act.rpc, request_id=request_id, id=id, expected_version=version))

    async def find_one(id: str) -> Any:
        return await find(visit, kind, id)

    outcome = await do_each(posted, do, find_one)
    context = {"act": act, "outcome": outcome, "request_id": posted.text("request_id")}
    return await page(visit, kind, "record_bulk.html", context)
