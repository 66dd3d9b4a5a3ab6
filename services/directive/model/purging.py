"""What was found to be secret after it was entered (D14)."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from ykcd.directive.v1.directive_pb2 import DirectiveState

from kit.clock import local_date
from kit.errors import FailedPrecondition, stale_version
from kit.identity import Actor
from kit.law import article

if TYPE_CHECKING:
    from services.directive.model.directive import Directive

PURGED = DirectiveState.DIRECTIVE_STATE_REFUSED_SECRET
# What a document says and who entered it.
_TEXTS = ("number", "symbol", "abstract", "signer", "signer_position", "submitting_unit", "entered_by_name")
_KINDS = ("document_type", "issuing_authority", "urgency", "regime")
_FACTS = ("entry_due_date", "entry_working_days_late", "superseded_by_id")


@article("D14")
def require_purgeable(self: "Directive", actor: Actor, expected_version: int) -> None:
    """Drafts and published ones alike, by the Office's leader; once."""
    actor.require("office_leader")
    if self.version != expected_version:
        raise stale_version(self.version)
    if self.state == PURGED:
        raise FailedPrecondition(reason="DIRECTIVE_PURGED", message="Văn bản này đã được xóa khỏi hệ thống vì là văn bản mật.")


@article("D14", "Đ5")
def purge(self: "Directive") -> frozenset[UUID]:
    """A tombstone stays: id, version, state and the times at which it was entered and published. The ids of its tasks and assignments."""
    gone = frozenset(id for task in self.tasks for id in (task.id, *(part.id for part in task.parts)))
    for names, nothing in ((_TEXTS, ""), (_KINDS, 0), (_FACTS, None)):
        for name in names:
            setattr(self, name, nothing)
    day = local_date(self.create_time)
    self.issue_date, self.issue_year, self.issue_time = day, day.year, self.create_time
    self.tasks = []
    self.state = PURGED
    self.version += 1
    return gone


@article("D14")
def forget_successor(self: "Directive", now: datetime) -> None:
    """The document that took its place was purged: neither its number nor what was said of it is kept here."""
    self.superseded_by_id = None
    last = self.changes[-1]
    last.document_code = last.document_signer = ""
    last.document_issue_date = local_date(now)
    last.reason = "Văn bản thay thế được xác định là văn bản mật và đã xóa khỏi hệ thống."
    self.version += 1
