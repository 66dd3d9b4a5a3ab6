"""Judges the year by rules of its own: no service's code and nothing of the kit, only what the databases hold and the events say.

`python -m e2e.year.verify PORT PASSWORD_FILE` judges a platform that still runs.
"""

from e2e.year.verify import beside, everything, owed, papers, parts, times, urging
from e2e.year.verify.findings import ENOUGH, WHY, Findings
from e2e.year.verify.store import Store

__all__ = ["ENOUGH", "WHY", "Findings", "verify"]


def verify(port: int, password: str) -> Findings:
    """Of the platform's PostgreSQL, as its superuser, reading only."""
    with Store.opened(port, password) as store:
        found = Findings()
        for module in (everything, papers, parts, times, urging, owed, beside):
            module.check(store, found)
        return found
