"""One request of a browser: who it is, what it asks of the services, the page it gets."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends
from jinja2_fragments import render_block
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from ykcd.directive.v1 import registry_pb2
from ykcd.event.v1.envelope_pb2 import ActorRef
from ykcd.notification.v1.notification_pb2 import ListNotificationsRequest
from ykcd.reporting.v1.reporting_pb2 import ReadAfter

from gateway import web
from gateway.access import Accesses
from gateway.auth import SignIn
from gateway.channels import Caller, Services
from gateway.denials import Denials
from gateway.refusals import sign_in_required
from gateway.registry import Registry
from gateway.sealing import Seal
from gateway.sessions import Sessions, SignedIn
from gateway.settings import GatewaySettings
from gateway.web.kinds import KINDS
from gateway.web.verbs import VERBS
from kit.clock import Clock, local_date
from kit.errors import Error

JUST_NOW = timedelta(minutes=1)
MAX_WRITES = 10
# What the last request did, by the name under which the redirect says so.
FLASHES = {
    "save": "Đã lưu bản nháp.",
    "publish": "Đã ban hành. Các đơn vị thấy nhiệm vụ ngay bây giờ.",
    "amend": "Đã ban hành sửa đổi. Các đơn vị liên quan được báo ngay bây giờ.",
    "supersede": "Đã ghi văn bản thay thế; các nhiệm vụ còn mở của văn bản này được hủy.",
    "revoke": "Đã bãi bỏ văn bản; các nhiệm vụ còn mở được hủy.",
    "purge": "Đã xóa văn bản mật. Các bộ phận khác của hệ thống xóa theo trong giây lát.",
    "read": "Đã đánh dấu đã đọc.",
    "there": "Nội dung này đã có từ trước; đây là trang của nó.",
    "template": "Đã lưu phiên bản mới của biểu mẫu. Phiên bản này chưa được dùng.",
    "template-use": "Từ bây giờ văn bản được lập theo phiên bản đã chọn.",
    "report-urge": "Đã gửi đôn đốc đến đơn vị.",
    "report-open": "Đã yêu cầu các đơn vị gửi báo cáo.",
    "calendar": "Đã áp dụng lịch làm việc mới. Mỗi đơn vị nhận một thông báo về các hạn dời.",
    **{verb.slug: verb.done for verb in VERBS.values()},
    **{f"{kind.slug}.{act.slug}": act.done for kind in KINDS.values() for act in kind.every_act},
}


@dataclass
class Parts:
    """What all requests of one process share: app.state.parts."""

    settings: GatewaySettings
    clock: Clock
    services: Services
    registry: Registry
    sessions: Sessions
    sign_in: SignIn
    seal: Seal
    denials: Denials
    accesses: Accesses
    # Set when the process ends, so that live streams end too.
    stopping: asyncio.Event

    @property
    def cookie(self) -> str:
        """The session cookie's name. __Host-: this host alone, over TLS alone, and no subdomain can plant one."""
        return "__Host-ykcd" if self.settings.secure else "ykcd"


@dataclass(frozen=True)
class Frame:
    """What the frame around a page shows of its reader."""

    me: registry_pb2.Me
    unread_count: int
    units: Sequence[registry_pb2.Unit]
    fields: Sequence[registry_pb2.Field]
    # The reader's own unit's people; and the Office's, with whom everybody has to do.
    members: Sequence[registry_pb2.Member]
    office: Sequence[registry_pb2.Member]


def parts_of(request: Request) -> Parts:
    """A dependency."""
    return request.app.state.parts


class Visit:
    """A request of somebody who is signed in."""

    def __init__(self, request: Request, parts: Parts, session: SignedIn) -> None:
        self.request, self.parts, self.session = request, parts, session
        self.services = parts.services
        self.caller = Caller(session.tokens.access, session.unit_id, parts.services.resting)
        self.call, self.optional = self.caller.call, self.caller.optional
        self._frame: Frame | None = None

    @property
    def today(self) -> date:
        """In Huế."""
        return local_date(self.parts.clock())

    @property
    def is_htmx(self) -> bool:
        """Asks for a fragment."""
        return self.request.headers.get("HX-Request") == "true"

    @property
    def read_after(self) -> list[ReadAfter]:
        """The caller's own writes that a list should show already; a hint, so what can't be read counts for nothing."""
        found = []
        for text in self.request.query_params.getlist("after")[:MAX_WRITES]:
            id, _, version = text.partition(":")
            try:
                found.append(ReadAfter(aggregate_id=str(UUID(id)), version=max(int(version), 1)))
            except ValueError:
                continue
        return found

    async def frame(self) -> Frame:
        """Asked once per request."""
        if self._frame is None:
            registry, caller, services = self.parts.registry, self.caller, self.services
            me, inbox, units, fields = await asyncio.gather(
                self.call(services.registry.GetMe, registry_pb2.GetMeRequest()),
                self.optional(services.notification.ListNotifications, ListNotificationsRequest(page_size=1, unread_only=True)),
                registry.units(caller),
                registry.fields(caller),
            )
            office = next(unit.id for unit in units if unit.kind == registry_pb2.UNIT_KIND_OFFICE)
            members, people = await asyncio.gather(registry.members(caller, me.unit.id), registry.members(caller, office))
            self._frame = Frame(me, inbox.unread_count if inbox else 0, units, fields, members, people)
        return self._frame

    async def page(
        self, template: str, context: dict[str, Any], *, status: int = 200, block: str = "", stale: bool = False
    ) -> HTMLResponse:
        """The page, or `block` of it where htmx asks."""
        return _render(template, context | await self.context(stale=stale), status, block if self.is_htmx else "")

    async def context(self, *, stale: bool = False) -> dict[str, Any]:
        """What every template may use."""
        frame = await self.frame()
        page = web.Page(
            path=self.request.url.path,
            now=self.parts.clock(),
            csrf_token=self.session.csrf_token,
            me=frame.me,
            may_change_unit=self.session.unit_id is not None,
            unread_count=frame.unread_count,
            flash=FLASHES.get(self.request.query_params.get("done", ""), ""),
            stale=stale,
        )
        return _shared(page, frame)

    def redirect(self, path: str, *, written: Any = None, done: str = "") -> RedirectResponse:
        """After a write: see the effect by GET. `written`: the aggregate as the service gave it back."""
        query = ([("after", f"{written.id}:{written.version}")] if written is not None else []) + ([("done", done)] if done else [])
        return RedirectResponse(f"{path}{'&' if '?' in path else '?'}{urlencode(query)}" if query else path, 303)


async def visitor(request: Request, *, touch: bool = True) -> Visit | None:
    """The visit of whoever is signed in, with a token that is good for a while."""
    parts = parts_of(request)
    cookie = request.cookies.get(parts.cookie)
    found = await parts.sessions.find(cookie, touch=touch) if cookie else None
    session = await parts.sessions.renew(found, parts.sign_in.renew) if found else None
    if session is None:
        return None
    request.state.visit = Visit(request, parts, session)
    request.state.just_signed_in = parts.clock() - session.create_time < JUST_NOW
    return request.state.visit


async def _signed_in(request: Request) -> Visit:
    visit = await visitor(request)
    if visit is None:
        raise sign_in_required()
    visit.parts.accesses.note(visit.session.cookie, visit.caller)
    return visit


SignedInVisit = Annotated[Visit, Depends(_signed_in)]


async def error_page(request: Request, context: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    """error.html, or its panel where htmx asks. When a part of the platform is away nothing more is asked of it."""
    block = "panel" if request.headers.get("HX-Request") == "true" else ""
    response = await page_as_known(request, "error.html", context, status=status, framed=status < 500, block=block)
    response.headers.update(headers)
    return response


async def page_as_known(
    request: Request, template: str, context: dict[str, Any], *, status: int = 200, framed: bool = True, block: str = ""
) -> HTMLResponse:
    """A page that needs no frame, with that of its reader as far as he is known."""
    visit: Visit | None = getattr(request.state, "visit", None)
    frame = await _known_frame(visit) if visit and framed else None
    page = web.Page(
        path=request.url.path,
        now=parts_of(request).clock(),
        csrf_token=visit.session.csrf_token if visit else "",
        me=frame and frame.me,
        unread_count=frame.unread_count if frame else 0,
        may_change_unit=visit is not None and visit.session.unit_id is not None,
    )
    return _render(template, context | _shared(page, frame), status, block)


async def note_denial(request: Request, error: Error) -> None:
    """For the audit log: what was refused here, to whom where that is known."""
    visit: Visit | None = getattr(request.state, "visit", None)
    frame = await _known_frame(visit) if visit else None
    member = frame.me.member if frame else registry_pb2.Member()
    actor = ActorRef(person_id=member.person_id, unit_id=member.unit_id, roles=sorted(member.roles), name=member.name)
    await parts_of(request).denials.note(request, error, actor=actor, subject=visit.session.subject if visit else "")


async def _known_frame(visit: Visit) -> Frame | None:
    try:
        return await visit.frame()
    except Error:
        return None


def _shared(page: web.Page, frame: Frame | None) -> dict[str, Any]:
    units = {unit.id: unit.name for unit in frame.units} if frame else {}
    fields = {field.id: field.name for field in frame.fields} if frame else {}
    people = {member.person_id: member.name for member in (*frame.office, *frame.members)} if frame else {}
    return web.context(page, unit_name=_names(units), person_name=_names(people), field_name=_names(fields))


def _names(known: dict[str, str]) -> Callable[[str], str]:
    return lambda key: known.get(key, "")


def _render(template: str, context: dict[str, Any], status: int, block: str) -> HTMLResponse:
    environment = web.environment()
    html = render_block(environment, template, block, context) if block else environment.get_template(template).render(context)
    return HTMLResponse(html, status)
