"""What a field of an act's form says, and where it goes in the RPC's request."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from ykcd.assignment.v1 import assignment_pb2 as pb

from .enums import number_or_zero
from .forms import Form, read_date, without_empty_rows

# What can't be read is named in the errors, by the field.
Read = Callable[[Form, str, dict[str, str]], Any]
Values = dict[str, list[str]]


def text(form: Form, name: str, _errors: dict[str, str]) -> str:
    """One line, some lines, or the value chosen in a list."""
    return form.value(name).strip()


def many(form: Form, name: str, _errors: dict[str, str]) -> list[str]:
    """What was chosen, each once."""
    return list(dict.fromkeys(filter(None, form.many(name))))


def many_but(other: str) -> Read:
    """As `many`, without what the field `other` says."""

    def read(form: Form, name: str, errors: dict[str, str]) -> list[str]:
        return [value for value in many(form, name, errors) if value != form.value(other)]

    return read


def files(form: Form, _name: str, errors: dict[str, str]) -> list[str]:
    """The ids of what was uploaded before the act itself; the form's one field of files is called "evidence"."""
    return many(form, "evidence_ids", errors)


def one_file(_form: Form, _name: str, _errors: dict[str, str]) -> None:
    """The one file of a form, in the request itself as `file` and `file_name`. A form keeps texts alone, so the route puts it there."""


def number(form: Form, name: str, errors: dict[str, str]) -> int:
    """0 where nothing was typed."""
    text = form.value(name).strip()
    if text and not (text.isdecimal() and len(text) <= 9):
        errors[name] = "Nhập một số nguyên."
        return 0
    return int(text or 0)


def lines(form: Form, name: str, _errors: dict[str, str]) -> list[str]:
    """One per line."""
    return list(dict.fromkeys(filter(None, (line.strip() for line in form.value(name).splitlines()))))


def flag(form: Form, name: str, _errors: dict[str, str]) -> bool:
    """A box that was ticked."""
    return form.value(name) == "1"


def yes_no(form: Form, name: str, errors: dict[str, str]) -> bool:
    """One of two answers; neither is taken for granted."""
    if form.value(name) not in ("yes", "no"):
        errors[name] = "Chưa chọn."
    return form.value(name) == "yes"


def enum(name: str) -> Read:
    """A value chosen from an enum by its short name in lower case; 0 where none is."""

    def read(form: Form, field: str, _errors: dict[str, str]) -> int:
        return number_or_zero(form.value(field), name)

    return read


def plan_steps(form: Form, name: str, errors: dict[str, str]) -> list[pb.PlanStep]:
    """One per row."""
    return [
        pb.PlanStep(
            content=form.value(f"{row}content").strip(),
            due_date=read_date(form, f"{row}due_date", errors),
            person_id=form.value(f"{row}person_id"),
            done_on=read_date(form, f"{row}done_on", errors),
        )
        for row in form.rows(name)
    ]


@dataclass(frozen=True)
class Field:
    """`label`: its words where what was typed is shown outside of its form, "" where it isn't. `path`: where its value goes, "" for its own
    name. `rows`: it is a list of rows, whose fields are called name-N-…, N from 0. `empties`: left empty, it
    says that, too."""

    name: str
    label: str = ""
    read: Read = text
    path: str = ""
    rows: bool = False
    empties: bool = False

    def at(self, path: str) -> str:
        """The form's name for `path` of the request; "" where an error there isn't about this field."""
        own, (outer, *inner) = self.path or self.name, path.split("[", maxsplit=1)
        if own != outer and not own.startswith(f"{outer}."):
            return ""
        row = re.fullmatch(r"(\d+)\](?:\.(\w+))?.*", inner[0]) if self.rows and inner else None
        return f"{self.name}-{row[1]}-{row[2] or 'content'}" if row else self.name

    def typed(self, form: Form) -> list[tuple[str, str]]:
        """(label, text) of what a person would be sorry to lose."""
        names = [f"{row}content" for row in form.rows(self.name)] if self.rows else [self.name]
        texts = [form.value(name).strip() for name in names]
        return [(self.label, text) for text in texts if self.label and text]


def put(message: Any, path: str, value: Any) -> None:
    """`path`: names with dots between them."""
    *outer, last = path.split(".")
    for name in outer:
        message = getattr(message, name)
    if isinstance(value, Message):
        getattr(message, last).CopyFrom(value)
    elif isinstance(value, list):
        getattr(message, last).extend(value)
    else:
        setattr(message, last, value)


@dataclass(frozen=True)
class FormOfFields:
    """An act and its form: on an assignment (verbs.py), on a record of another kind (records.py); the fields' macro bears its name.

    `rpc`: of the owner's service. `article`: the rule that it carries out, as officials cite it. `done`: what the next page says.
    `careful`: it takes something back. `start`: what its form holds before anything is typed, of the thing that it changes.
    """

    name: str
    rpc: str
    label: str
    article: str
    icon: str
    done: str
    fields: tuple[Field, ...] = ()
    careful: bool = False
    start: Callable[[Any], Values] | None = None

    def form(self, thing: Any) -> Form:
        """Untouched."""
        return Form(self.start(thing) if self.start else {})

    @property
    def slug(self) -> str:
        """ "request-return": in addresses and ids."""
        return self.name.replace("_", "-")

    @property
    def takes_files(self) -> bool:
        """Its form has a field of files."""
        return any(field.read in (files, one_file) for field in self.fields)

    def tidied(self, values: Values) -> Values:
        """What was typed, with its rows numbered as the request counts them."""
        for field in self.fields:
            if field.rows:
                values = without_empty_rows(values, field.name)
        return values

    def fill(self, request: Any, form: Form) -> dict[str, str]:
        """Puts into the request what the form says; the fields that couldn't be read. What a field must hold is for the service to say."""
        errors = dict[str, str]()
        for field in self.fields:
            if (value := field.read(form, field.name, errors)) or (field.empties and form.has(field.name)):
                put(request, field.path or field.name, value)
        return errors

    def field_of(self, path: str) -> str:
        """The form's name for a field named in an error; "" where the form has none."""
        return next(filter(None, (field.at(path) for field in self.fields)), "")

    def typed(self, form: Form) -> list[tuple[str, str]]:
        """(label, text) of what a person would be sorry to lose."""
        return [pair for field in self.fields for pair in field.typed(form)]
