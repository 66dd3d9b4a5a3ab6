"""One module per group of pages."""

from gateway.routes import assets, assignments, directive_entry, directives, evidence, health, inbox, live, sign_in, tasks

ROUTERS = [module.router for module in (health, sign_in, tasks, directive_entry, directives, assignments, evidence, inbox, live)]

__all__ = ["ROUTERS", "assets"]
