"""Lists as files (§6.28): what the view shows, written into a temporary file as it comes, and sent from there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse
from ykcd.directive.v1.directive_pb2 import ListDirectivesRequest
from ykcd.reporting.v1.reporting_pb2 import ExportAssignmentsRequest

from gateway import web
from gateway.downloads import to_save
from gateway.routes import records
from gateway.visit import SignedInVisit, Visit
from gateway.web import exports, filter_words, filters, labels, words
from gateway.web.enums import number_or_zero
from gateway.web.kinds import KINDS
from gateway.web.records import Kind
from gateway.web.sheets import FORMATS, Head
from kit.dates import to_time
from kit.errors import InvalidArgument
from kit.law import article

router = APIRouter()
CHUNK_BYTES = 512 * 1024
PAGE_ROWS = 200
# A hundred thousand rows may take their time.
SECONDS = 300.0
# A list: its Head first, then its rows in batches.
Listing = Callable[[Visit], AsyncIterator[Any]]


def _add_routes(address: str, listing: Listing) -> None:
    for name in FORMATS:
        router.add_api_route(f"{address}/export.{name}", _route(name, listing), methods=["GET"], name=f"{address}-{name}")


def _route(name: str, listing: Listing) -> Callable[..., Awaitable[Response]]:
    async def export(visit: SignedInVisit) -> Response:
        return await _file(name, listing(visit))

    return export


@article("§6.28")
async def _file(name: str, listing: AsyncIterator[Any]) -> Response:
    """Whole before its first byte is sent: what goes wrong on the way is an error page, and no file lacks rows."""
    make, media_type = FORMATS[name]
    async with aclosing(listing) as parts:  # type: ignore[type-var]
        head, count = await anext(parts), 0
        file = TemporaryFile()  # noqa: SIM115 - closed when it is sent
        sheet = make(file, head)
        async for rows in parts:
            count += len(rows)
            await asyncio.to_thread(sheet.add, rows)
        await asyncio.to_thread(sheet.end)
    if head.total not in (None, count):
        raise RuntimeError(f"{count} rows of {head.total}")
    size = file.seek(0, 2)
    headers = to_save(f"{head.title} {head.time.astimezone(words.HUE_TIME):%Y-%m-%d %H%M}.{name}") | {"Content-Length": str(size)}
    return StreamingResponse(_chunks(file), media_type=media_type, headers=headers)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _refuse(errors: dict[str, str]) -> None:
    if errors:
        raise InvalidArgument(reason="FILTER_INVALID", message=" ".join(errors.values()))


async def _tasks(visit: Visit) -> AsyncIterator[Any]:
    chosen, order, errors = filters.parse(visit.request.query_params.multi_items())
    _refuse(errors)
    request = ExportAssignmentsRequest(filter=chosen, order=order)
    async with aclosing(visit.caller.stream(visit.services.reporting.ExportAssignments, request, SECONDS)) as parts:  # type: ignore[type-var]
        header = (await anext(parts)).header
        shared = await visit.context()
        conditions = filter_words.conditions(chosen, unit=shared["unit_name"], field=shared["field_name"], person=shared["person_name"])
        yield Head("Danh sách nhiệm vụ", conditions, to_time(header.as_of_time), exports.TASKS, header.total_count)
        async for part in parts:
            yield [exports.task(row) for row in part.batch.rows]


async def _directives(visit: Visit) -> AsyncIterator[Any]:
    wanted = number_or_zero(visit.request.query_params.get("state", ""), "DirectiveState")
    conditions = [f"Trạng thái: {labels.label(wanted, 'DirectiveState')}"] if wanted else []
    token = ""
    while True:
        request = ListDirectivesRequest(page_size=PAGE_ROWS, page_token=token, state=wanted)
        found = await visit.call(visit.services.directive.ListDirectives, request)
        if not token:
            yield Head("Văn bản chỉ đạo", conditions, visit.parts.clock(), exports.DIRECTIVES)
        yield [exports.directive(each) for each in found.directives]
        if not (token := found.next_page_token):
            return


def _records(kind: Kind) -> Listing:
    async def listing(visit: Visit) -> AsyncIterator[Any]:
        frame, shared = await visit.frame(), await visit.context()
        module = web.environment().get_template(f"macros/{kind.macros}.html").make_module({**shared, "kind": kind, "more": None})
        names = {each.id: each.name for each in (*frame.units, *frame.fields)}
        token = ""
        while True:
            asked = visit.request.query_params.multi_items()
            request, form = kind.listed(asked, visit.today, page_size=PAGE_ROWS, page_token=token)
            _refuse(dict(form.errors))
            found = await records.call(visit, kind, kind.list_rpc, request)
            if not token:
                conditions = exports.record_conditions(kind, form.many, lambda key: names.get(key, "") or shared["person_name"](key))
                yield Head(kind.title, conditions, visit.parts.clock(), exports.record_columns(kind))
            yield exports.records(kind, module, kind.rows(found))
            if not (token := getattr(found, "next_page_token", "")):
                return

    return listing


_add_routes("/tasks", _tasks)
_add_routes("/directives", _directives)
for _kind in KINDS.values():
    _add_routes(_kind.address, _records(_kind))
