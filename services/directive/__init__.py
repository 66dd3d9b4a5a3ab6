"""Documents, tasks, Annex I, and the registry of units and people."""
