"""What this service needs to know beside what all need."""

from typing import Literal

from kit.config import Settings


class DeadlineSettings(Settings):
    """`urging_days`: which days the 3 between two notices are (D1); `assignment_address`: who knows whether a notice may be issued now."""

    assignment_address: str = ""
    urging_days: Literal["calendar", "working"] = "calendar"
