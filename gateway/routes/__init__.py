"""One module per group of pages."""

from gateway.routes import (
    assets,
    assignments,
    calendar,
    dashboards,
    directive_changes,
    directive_entry,
    directive_purge,
    directives,
    dissolutions,
    evidence,
    exports,
    health,
    inbox,
    inquiries,
    live,
    many,
    papers,
    records,
    reports,
    sign_in,
    tasks,
    units,
)

_MODULES = (
    health,
    sign_in,
    units,
    # Before the pages of single things, of which "export.xlsx" isn't any.
    exports,
    dashboards,
    tasks,
    many,
    directive_entry,
    directive_changes,
    directive_purge,
    directives,
    assignments,
    evidence,
    inbox,
    # Before the records' pages, of which "thong-ke", "xem-truoc" and "tinh-hinh" aren't any.
    inquiries,
    dissolutions,
    reports,
    records,
    papers,
    calendar,
    live,
)
ROUTERS = [module.router for module in _MODULES]

__all__ = ["ROUTERS", "assets"]
