"""One unit's part in a task: its states, its rules, its verdicts."""

from services.assignment.model.assignment import Assignment
from services.assignment.model.results import Result

__all__ = ["Assignment", "Result"]
