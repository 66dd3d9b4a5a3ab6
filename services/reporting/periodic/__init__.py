"""Periodic reports: the units' (Annex IV) and the Office's (Annexes V and VI)."""
