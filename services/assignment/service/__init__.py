"""Use cases: what a unit and the Office do with an assignment, its files, and what follows from others' events."""
