"""How the Office's and the units' papers begin and end."""

from datetime import date
from typing import Any

from services.reporting.forms.paper import Head, Signature

SUPERIOR, OFFICE, PLACE = "UBND tỉnh Thừa Thiên Huế", "Văn phòng", "Thừa Thiên Huế"


def office_head(day: date, **more: Any) -> Head:
    """A paper of the Office of the People's Committee; `more`: of Head."""
    return Head(agency=OFFICE, superior=SUPERIOR, place=PLACE, date=day, **more)


def unit_head(unit: str, day: date, **more: Any) -> Head:
    """A paper of a unit's own. NĐ 30/2020, phụ lục I: a People's Committee names nobody above it."""
    superior = "" if unit.upper().startswith(("UBND", "ỦY BAN")) else SUPERIOR
    leader = Signature(("Thủ trưởng đơn vị",))
    return Head(agency=unit, superior=superior, place=PLACE, date=day, **({"signature": leader} | more))
