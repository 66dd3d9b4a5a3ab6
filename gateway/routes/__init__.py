"""One module per group of pages."""

from gateway.routes import (
    assets,
    assignments,
    calendar,
    directive_changes,
    directive_entry,
    directive_purge,
    directives,
    dissolutions,
    evidence,
    health,
    inbox,
    inquiries,
    live,
    many,
    records,
    sign_in,
    tasks,
    units,
)

_MODULES = (
    health,
    sign_in,
    units,
    tasks,
    many,
    directive_entry,
    directive_changes,
    directive_purge,
    directives,
    assignments,
    evidence,
    inbox,
    # Before the records' pages, of which "thong-ke" and "xem-truoc" aren't any.
    inquiries,
    dissolutions,
    records,
    calendar,
    live,
)
ROUTERS = [module.router for module in _MODULES]

__all__ = ["ROUTERS", "assets"]
