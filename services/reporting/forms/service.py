"""Use cases: printing a form, keeping its templates."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from anyio import to_process
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.reporting.v1.event_pb2 import FormTemplatesChanged

from kit import db
from kit.errors import InvalidArgument, not_found
from kit.events.outbox import emit
from kit.identity import Actor
from kit.law import article
from services.reporting.forms import gather, queries
from services.reporting.forms.convert import template_to_proto
from services.reporting.forms.gather import Owners
from services.reporting.forms.model import FormChoice, FormTemplate
from services.reporting.forms.paper import Form, Paper
from services.reporting.forms.samples import SAMPLES
from services.reporting.forms.template import template
from services.reporting.forms.upload import require_template

TRIAL_SECONDS = 20.0
_SUBJECTS: dict[Form, Callable[[Owners, UUID], Awaitable[Paper]]] = {Form.II: gather.annex_ii_paper, Form.III: gather.annex_iii_paper}


async def paper_of(owners: Owners, form: Form, subject_id: UUID | None) -> Paper:
    """Annex I of today, a phiếu báo, or a unit's Annex III."""
    if form is Form.I:
        return await gather.annex_i_paper(owners)
    if subject_id is None:
        raise InvalidArgument.field("subject_id", "SUBJECT_MISSING", "Bắt buộc chọn phiếu báo hoặc đơn vị.")
    return await _SUBJECTS[form](owners, subject_id)


async def template_in_force(session: AsyncSession, form: Form) -> bytes | None:
    """For render.rendered(); None: the default."""
    return await queries.content_in_force(session, form.value)


async def template_content(session: AsyncSession, actor: Actor, *, form: Form, version: int) -> bytes:
    """A version as it was uploaded; 0: the default, with all fields that the form has."""
    actor.require("administrator")
    found = await queries.content(session, form.value, version) if version else template(SAMPLES[form])
    if found is None:
        raise not_found("Không có phiên bản mẫu này.")
    return found


@article("Đ8.1.d")
async def upload(session: AsyncSession, actor: Actor, *, form: Form, content: bytes, note: str, now: datetime) -> FormTemplate:
    """Tried on the form's sample first."""
    actor.require("administrator")
    await _try(form, content)
    choice = await _choice(session, form)
    made = choice.upload(actor, content, note=note, now=now)
    session.add(made)
    await session.flush()
    await _tell(session, choice, made)
    return made


@article("Đ8.1.d")
async def use(session: AsyncSession, actor: Actor, *, form: Form, version: int) -> None:
    """Puts a version in force; 0: the default."""
    actor.require("administrator")
    choice = await _choice(session, form)
    if choice.use(version):
        await session.flush()
        await _tell(session, choice, None)


async def _try(form: Form, content: bytes) -> None:
    """In a process of its own: a file made to hold up whoever reads it holds up nobody."""
    try:
        async with asyncio.timeout(TRIAL_SECONDS):
            await to_process.run_sync(require_template, form, content, cancellable=True)
    except TimeoutError:
        raise InvalidArgument.field("content", "TEMPLATE_TOO_LARGE", "Mẫu quá phức tạp.") from None


async def _choice(session: AsyncSession, form: Form) -> FormChoice:
    """Locked: who uploads together does so one after the other."""
    fresh = insert(FormChoice).values(form=form.value, id=db.new_id(), version=0, uploads=0, in_force=0)
    await session.execute(fresh.on_conflict_do_nothing())
    found = await queries.choice(session, form.value, lock=True)
    assert found is not None, "just made where it wasn't"
    return found


async def _tell(session: AsyncSession, choice: FormChoice, uploaded: FormTemplate | None) -> None:
    shown = template_to_proto(uploaded, choice.in_force) if uploaded else None
    event = FormTemplatesChanged(form=choice.form, uploaded=shown, version_in_force=choice.in_force)
    await emit(session, choice.id, choice.version, event)
