"""Difficulties that units meet (Đ8.1.b, Đ9.3, Đ10.2)."""
