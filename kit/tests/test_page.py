"""A page token is good for its caller, its query and as it was given, and for nothing else."""

import base64
from datetime import date
from uuid import UUID, uuid4

import pytest
from ykcd.directive.v1 import directive_pb2, registry_pb2

from kit.clock import system_clock
from kit.config import Settings
from kit.errors import InvalidArgument
from kit.identity import Actor
from kit.page import Page
from kit.rpc import Call

ACTOR = Actor(uuid4(), uuid4(), frozenset(), "Nguyễn Văn An")
KEY = Settings(db_api_password="secret").derived_key("page token")
ROWS = [(date(2025, 1, day), uuid4()) for day in (1, 2, 3)]


def call(actor: Actor = ACTOR, key: bytes = KEY) -> Call:
    return Call(None, actor, system_clock(), key)


def page(token: str = "", *query: object, by: Call | None = None, request: type = directive_pb2.ListDirectivesRequest) -> Page:
    return Page(by or call(), request(page_size=2, page_token=token), *query, key=(date.fromisoformat, UUID))


def token(*query: object) -> str:
    return page("", *query).cut(ROWS, tuple)[1]


def test_a_page_holds_what_was_asked_for_and_the_next_begins_after_it() -> None:
    first = page()
    assert (first.limit, first.after) == (3, None)
    shown, following = first.cut(ROWS, tuple)
    assert shown == ROWS[:2]
    assert page(following).after == ROWS[1]


def test_the_last_page_names_no_other() -> None:
    assert page().cut(ROWS[:2], tuple) == (ROWS[:2], "")


def test_without_a_size_the_list_chooses() -> None:
    assert Page(call(), registry_pb2.ListUnitsRequest(), key=(), size=500).limit == 501


FOREIGN = {
    "another filter": lambda good: page(good, "other"),
    "another person": lambda good: page(good, by=call(Actor(uuid4(), ACTOR.unit_id, frozenset(), ""))),
    "another unit": lambda good: page(good, by=call(Actor(ACTOR.person_id, uuid4(), frozenset(), ""))),
    "another method": lambda good: page(good, request=registry_pb2.ListUnitsRequest),
    "another service": lambda good: page(good, by=call(key=Settings(db_api_password="other").derived_key("page token"))),
    "another purpose's key": lambda good: page(good, by=call(key=Settings(db_api_password="secret").derived_key("else"))),
    "another day in it": lambda good: page(
        base64.urlsafe_b64encode(base64.urlsafe_b64decode(good).replace(b"2025-01-02", b"2024-01-02")).decode()
    ),
    "cut short": lambda good: page(good[:-8]),
    "an older version's": lambda good: Page(call(), directive_pb2.ListDirectivesRequest(page_token=good), key=(int,)),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_or_altered_token_is_refused(kind: str) -> None:
    with pytest.raises(InvalidArgument, match="PAGE_TOKEN_INVALID"):
        FOREIGN[kind](token())


@pytest.mark.parametrize("nonsense", ["x", "????", "bnVsbA==", "WzFd", "W10=", "ế"])
def test_nonsense_is_refused(nonsense: str) -> None:
    with pytest.raises(InvalidArgument, match="PAGE_TOKEN_INVALID"):
        page(nonsense)
