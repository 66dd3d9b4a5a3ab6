"""Đ12: units, their people and the Office's specialists, measured; Đ11.1.c: how the regulation was carried out."""
