"""Every SELECT of the forms. Templates hold no content of documents; who is called what is known to all who may ask for a form."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.tables import member
from services.reporting.forms.model import FormChoice, FormTemplate
from services.reporting.model import Unit


async def choice(session: AsyncSession, form: int, *, lock: bool = False) -> FormChoice | None:
    """None: nothing was ever uploaded."""
    statement = select(FormChoice).where(FormChoice.form == form)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def templates(session: AsyncSession, form: int) -> Sequence[FormTemplate]:
    """Without their bytes; newest first."""
    return (await session.scalars(select(FormTemplate).where(FormTemplate.form == form).order_by(FormTemplate.version.desc()))).all()


async def content(session: AsyncSession, form: int, version: int) -> bytes | None:
    """A version's bytes."""
    return await session.scalar(select(FormTemplate.content).where(FormTemplate.form == form, FormTemplate.version == version))


async def content_in_force(session: AsyncSession, form: int) -> bytes | None:
    """None: the default is."""
    joined = (FormTemplate.form == FormChoice.form) & (FormTemplate.version == FormChoice.in_force)
    return await session.scalar(select(FormTemplate.content).join(FormChoice, joined).where(FormChoice.form == form))


async def unit_names(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """As they are called today."""
    return {row.id: row.name for row in await session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(set(ids))))}


async def person_names(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Of the people who are or were members."""
    wanted = select(member.c.person_id, member.c.name).where(member.c.person_id.in_(set(ids)))
    return {row.person_id: row.name for row in await session.execute(wanted)}
