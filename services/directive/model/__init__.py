"""Tables = domain classes; the rules are their methods."""

from services.directive.model.base import Base
from services.directive.model.directive import (
    DRAFT,
    ENDED,
    ENTRY_ROLES,
    Amendment,
    ChangingDocument,
    Directive,
    DirectiveChange,
    Participation,
)
from services.directive.model.dissolution import PROPOSED, Dissolution
from services.directive.model.people import ACCESS_KEPT_EVERY, LEADERS, Absence, Access, Follower, SpecialistRule
from services.directive.model.programme import OPEN, ProgrammeItem
from services.directive.model.purging import PURGED
from services.directive.model.registry import Field, Unit
from services.directive.model.secrecy import SecretRefusal, refuse_secret
from services.directive.model.task import PartChange, Phase, PlannedAssignment, Task, TaskChange, TaskContent, UnitPart, last_day

__all__ = [
    "ACCESS_KEPT_EVERY",
    "DRAFT",
    "ENDED",
    "ENTRY_ROLES",
    "LEADERS",
    "OPEN",
    "PROPOSED",
    "PURGED",
    "Absence",
    "Access",
    "Amendment",
    "Base",
    "ChangingDocument",
    "Directive",
    "DirectiveChange",
    "Dissolution",
    "Field",
    "Follower",
    "PartChange",
    "Participation",
    "Phase",
    "PlannedAssignment",
    "ProgrammeItem",
    "SecretRefusal",
    "SpecialistRule",
    "Task",
    "TaskChange",
    "TaskContent",
    "Unit",
    "UnitPart",
    "last_day",
    "refuse_secret",
]
