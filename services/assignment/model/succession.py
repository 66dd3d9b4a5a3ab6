"""Who takes over from a dissolved unit (D12)."""

from collections.abc import Mapping
from uuid import UUID

from kit.law import article

# Which unit takes a field; under None, all the others.
Successors = Mapping[UUID | None, UUID]


@article("D12")
def successor(successors: Successors, field_id: UUID | None) -> UUID | None:
    """D12: the one of this field, else of all the others; None where nobody takes it."""
    return successors.get(field_id) or successors.get(None)
