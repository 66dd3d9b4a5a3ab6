"""What becomes of each part: drawn from a seed and the part's own place, so that the order of doing changes nothing."""

from dataclasses import dataclass
from random import Random

# Of parts with a due date; coordinators aren't urged, so nobody waits for them to be.
DATED = {
    "in_time": 36,
    "late_update": 5,
    "late": 14,
    "silent": 7,
    "return_adjust": 3,
    "return_forward": 4,
    "return_deny": 3,
    "extend_approved": 5,
    "extend_rejected": 3,
    "extend_withdrawn": 3,
    "extend_late": 3,
    "sent_back": 4,
    "withdrawn": 3,
    "cancelled": 3,
    "reopened": 3,
    "never": 4,
}
UNDATED = {"quarterly": 55, "quarterly_done": 25, "no_word": 12, "cancelled": 5, "return_forward": 3}
COORDINATING = {
    "in_time": 45,
    "late": 10,
    "no_word": 30,
    "return_deny": 3,
    "return_adjust": 3,
    "sent_back": 3,
    "withdrawn": 3,
    "extend_approved": 3,
}
# What the Chairman directs, in turn.
DIRECTIONS = ("EXTEND", "REASSIGN", "URGE_IN_PERSON", "DISCIPLINE", "CLOSE")


@dataclass
class Fate:
    name: str
    # By the unit's own software rather than by its people.
    by_software: bool
    by_web: bool
    rejected_report: bool
    corrected: bool
    obstacle: bool
    inquiry: bool
    plan: bool
    draft: bool
    rng: Random


def fate_of(seed: str, key: str, *, dated: bool, coordinating: bool) -> Fate:
    rng = Random(f"{seed} {key}")
    weights = (COORDINATING if coordinating else DATED) if dated else UNDATED
    name = rng.choices(list(weights), list(weights.values()))[0]
    chance = rng.random
    return Fate(
        name=name,
        by_software=chance() < 0.4,
        by_web=chance() < 0.02,
        rejected_report=chance() < 0.05,
        corrected=chance() < 0.06,
        obstacle=chance() < 0.05,
        inquiry=chance() < 0.04,
        plan=chance() < 0.08,
        draft=chance() < 0.06,
        rng=rng,
    )
