"""Records of every kind beside assignments and directives: what a kind is, and how its addresses and forms become messages.

A new kind is a Kind in kinds/, its macros in templates/macros/, its words in labels/, its states in one of tests/record_pages*.py.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message_factory import GetMessageClass
from ykcd.directive.v1.registry_pb2 import UNIT_KIND_OFFICE, Me

from . import enums
from .fields import FormOfFields, put
from .forms import Form, gathered
from .labels import label

May = Callable[[Me], bool]


def everybody(_me: Me) -> bool:
    return True


def office(me: Me) -> bool:
    return me.unit.kind == UNIT_KIND_OFFICE


def having(*roles: str) -> May:
    """Who has one of the roles."""
    return lambda me: not set(roles).isdisjoint(me.member.roles)


def nobody(_me: Me) -> bool:
    return False


@dataclass(frozen=True)
class Act(FormOfFields):
    """What people do to a record, or by what they begin one.

    `name`: as `allowed_verbs` says it. `bulk`: may be done to many at once, from the list; has no fields then. `more`: of a beginning,
    further facts for its page, awaited with the visit. `preview`: of a beginning, the last part of the address to which its form goes
    first, whose page shows what it would do. `leaves`: the record may be out of its doer's sight then, who goes on to the list.
    """

    bulk: bool = False
    more: Callable[[Any], Any] | None = None
    preview: str = ""
    leaves: bool = False


@dataclass(frozen=True)
class Filter:
    """One condition of a list: `name` in its address, `path` in the RPC's request.

    `control`: "enum" (with `enum`), "unit", "field", "mine" (the reader's own, a box to tick), "check", "number", "kept" (only where
    the address names it). `default`: where the address doesn't name it, of the day.
    """

    name: str
    label: str
    path: str
    control: str
    enum: str = ""
    default: Callable[[dt.date], str] | None = None

    def read(self, value: str) -> Any:
        """ValueError where it is none."""
        if self.control == "enum":
            return enums.number(value, self.enum)
        if self.control == "number":
            return int(value)
        return value == "1" if self.control == "check" else value


@dataclass(frozen=True)
class Kind:
    """A kind of record.

    `slug`: its address. `group`: of the menu. `service`: whose RPCs list, get and change it, `beside`: another one whose RPCs change it;
    without `get_rpc` one is looked up in the list, under the conditions of `whole` ((name, value) as in the address). `macros`: the
    template of its macros. `columns`: (macro's name without "col_", heading) beside the title, whose own is `heading`. `empty`: what a
    list of none says. `allowed`: what the reader may do to one on this day (names of acts). `has_page`: each has a page of its own.
    `more`: further facts for that page, awaited with (visit, record). `verbs`: the enum of its history's verbs, where they aren't names.
    """

    slug: str
    title: str
    article: str
    group: str
    service: ServiceDescriptor
    list_rpc: str
    macros: str
    columns: tuple[tuple[str, str], ...]
    empty: str
    beside: ServiceDescriptor | None = None
    get_rpc: str = ""
    whole: tuple[tuple[str, str], ...] = ()
    filters: tuple[Filter, ...] = ()
    acts: tuple[Act, ...] = ()
    create: Act | None = None
    may_see: May = everybody
    may_create: May = nobody
    allowed: Callable[[Any, Me, dt.date], Iterable[str]] = lambda record, _me, _today: record.allowed_verbs
    id_field: str = "id"
    has_page: bool = True
    heading: str = "Nội dung"
    more: Callable[[Any, Any], Any] | None = None
    verbs: str = ""

    @property
    def address(self) -> str:
        return f"/{self.slug}"

    def method(self, rpc: str) -> MethodDescriptor:
        """By its name."""
        known = self.service.methods_by_name
        return known[rpc] if rpc in known or self.beside is None else self.beside.methods_by_name[rpc]

    def stub(self, rpc: str) -> str:
        """Where the RPC is found among the gateway's Services: UrgingService is `urging`."""
        return self.method(rpc).containing_service.name.removesuffix("Service").lower()

    @property
    def bulk(self) -> Act | None:
        """What may be done to many at once."""
        return next((act for act in self.acts if act.bulk), None)

    @property
    def every_act(self) -> tuple[Act, ...]:
        """Those of its records, and its beginning."""
        return (*self.acts, *([self.create] if self.create else []))

    def id_of(self, record: Any) -> str:
        return getattr(record, self.id_field)

    def address_of(self, record: Any) -> str:
        """Of its page."""
        return f"{self.address}/{self.id_of(record)}"

    def acts_on(self, record: Any, me: Me, today: dt.date) -> list[Act]:
        """What the reader may do to it now."""
        names = set(self.allowed(record, me, today))
        return [act for act in self.acts if act.name in names]

    def word(self, verb: Any) -> str:
        """An act of the history in words."""
        if self.verbs:
            return label(verb, self.verbs)
        return next((act.label for act in self.every_act if act.name == verb), verb)

    def message(self, rpc: str, **known: Any) -> Any:
        """The RPC's request with as much of `known` as it asks for."""
        wanted = self.method(rpc).input_type
        return GetMessageClass(wanted)(**{name: value for name, value in known.items() if name in wanted.fields_by_name})

    def rows(self, response: Any) -> Sequence[Any]:
        """The records in the list's response: its first list of messages."""
        named = next(field for field in response.DESCRIPTOR.fields if field.is_repeated and field.type == FieldDescriptor.TYPE_MESSAGE)
        return getattr(response, named.name)

    def empty_list(self) -> Any:
        """What the list's RPC answers where there is nothing."""
        return GetMessageClass(self.method(self.list_rpc).output_type)()

    def request(self, act: Act, form: Form, **known: Any) -> tuple[Any, dict[str, str]]:
        """The act's request, and the fields that couldn't be read. What a field must hold is for the service to say."""
        request = self.message(act.rpc, **known)
        return request, act.fill(request, form)

    def listed(self, pairs: Iterable[tuple[str, str]], today: dt.date, **known: Any) -> tuple[Any, Form]:
        """The list's request for an address, and the form of its conditions with what couldn't be read."""
        values = gathered((name, value.strip()) for name, value in pairs)
        request, errors = self.message(self.list_rpc, **known), dict[str, str]()
        for each in self.filters:
            if each.default and each.name not in values:
                values[each.name] = [each.default(today)]
            for value in filter(None, values.get(each.name, ())):
                try:
                    _narrow(request, each.path, each.read(value))
                except (ValueError, OverflowError):
                    errors[each.name] = f"Giá trị lọc “{value[:40]}” không có."
        return request, Form(values, errors)

    def filter_of(self, path: str) -> str:
        """The condition named in an error; "" where it is none."""
        return next((each.name for each in self.filters if each.path == path.split("[", maxsplit=1)[0]), "")


def _narrow(request: Any, path: str, value: Any) -> None:
    repeated = request.DESCRIPTOR.fields_by_name[path].is_repeated
    put(request, path, [value] if repeated else value)
