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


@article("D12")
def living(unit_id: UUID | None, field_id: UUID | None, ended: Mapping[UUID, Successors]) -> UUID | None:
    """D12: the unit itself; once it has ended, who took over, and from whom it did, to the last; None where nobody did."""
    passed: set[UUID] = set()
    while unit_id is not None and unit_id in ended and unit_id not in passed:
        passed.add(unit_id)
        unit_id = successor(ended[unit_id], field_id)
    return None if unit_id in passed else unit_id
