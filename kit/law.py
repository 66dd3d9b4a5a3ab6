"""A rule cites its source: the point of the regulation, the settled decision or the worked example it carries out."""

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
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


@cache
@article("D11")
def cited(key: str) -> str:
    """A law as documents cite it, by its key in references.json (D11): kind, number, date, issuer, and by what it was amended."""
    law = json.loads((Path(__file__).parent / "references.json").read_text("utf-8"))[key]
    day = date.fromisoformat(law["issue_date"])
    amended = f", sửa đổi bởi {', '.join(law['amended_by'])}" if law["amended_by"] else ""
    return f"{law['kind']} số {law['code']} ngày {day.day}/{day.month}/{day.year} của {law['issuer']}{amended}"
