"""Ids as the protos write them."""

from uuid import UUID


def optional_uuid(text: str) -> UUID | None:
    """Empty means none."""
    return UUID(text) if text else None
