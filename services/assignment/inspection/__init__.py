"""Inspections: the Office's of units (Đ8.1.c), and a unit's own (Đ8.2.2)."""
