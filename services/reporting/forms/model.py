"""The templates of the forms: every version that was uploaded, and which one is in force (Đ8.1.d)."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kit.errors import not_found
from kit.identity import Actor
from kit.law import article
from services.reporting.model import Base


class FormChoice(Base):
    """One a form, from its first upload on."""

    __tablename__ = "form_choice"

    form: Mapped[int] = mapped_column(primary_key=True)
    # The aggregate that events tell of, and how often it changed.
    id: Mapped[UUID]
    version: Mapped[int]
    uploads: Mapped[int]
    # 0: the default.
    in_force: Mapped[int]

    @article("Đ8.1.d")
    def upload(self, actor: Actor, content: bytes, *, note: str, now: datetime) -> "FormTemplate":
        """A new version; not in force yet."""
        self.version += 1
        self.uploads += 1
        return FormTemplate(
            form=self.form,
            version=self.uploads,
            content=content,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            note=note,
            upload_time=now,
            uploaded_by_id=actor.person_id,
            uploaded_by_name=actor.name,
        )

    @article("Đ8.1.d")
    def use(self, version: int) -> bool:
        """Whether that changes anything."""
        if not 0 <= version <= self.uploads:
            raise not_found("Không có phiên bản mẫu này.")
        changes = version != self.in_force
        self.version += changes
        self.in_force = version
        return changes


class FormTemplate(Base):
    """A version, as it was uploaded; it never changes and none is deleted."""

    __tablename__ = "form_template"
    __table_args__ = (ForeignKeyConstraint(["form"], ["form_choice.form"]),)

    form: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(deferred=True)
    size: Mapped[int]
    sha256: Mapped[str]
    note: Mapped[str]
    upload_time: Mapped[datetime]
    uploaded_by_id: Mapped[UUID]
    uploaded_by_name: Mapped[str]
