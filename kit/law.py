"""A rule cites its source: the point of the regulation, the settled decision or the worked example it carries out."""

from collections.abc import Callable
from typing import TypeVar

Rule = TypeVar("Rule", bound=Callable[..., object])


def article(*points: str) -> Callable[[Rule], Rule]:
    """Mark a function or class as the rule of these points (`Đ8.1.e`, `D3`, `§6.18`; ids of docs/regulation/law.json).

    Stands closest to the `def`, beneath `@property` and the like. It changes nothing else; `make articles` reads it.
    """

    def cite(rule: Rule) -> Rule:
        rule.articles = points  # type: ignore[attr-defined]
        return rule

    return cite
