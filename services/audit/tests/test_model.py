"""Merkle trees and leaves, without a database."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import db
from kit.clock import system_clock
from services.audit import merkle
from services.audit.model import FIRST_CHAIN_HASH, commitment, make_entry
from services.audit.tests import factories as make

# The inputs and roots with which implementations of Certificate Transparency are checked.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    """RFC 9162, 2.1.1."""
    assert merkle.root(merkle.leaf_hash(bytes.fromhex(text)) for text in INPUTS[:size]).hex() == ROOTS[size]


def by_definition(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word: split at the largest power of two below the size."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else hashlib.sha256().digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node_hash(by_definition(leaves[:split]), by_definition(leaves[split:]))


@given(st.lists(st.binary(max_size=8).map(merkle.leaf_hash), max_size=70))
def test_growing_leaf_by_leaf_gives_the_root_of_the_definition(leaves: list[bytes]) -> None:
    assert merkle.root(leaves) == by_definition(leaves)


def test_a_leaf_holds_commitments_and_no_content_or_name() -> None:
    """Architecture, decision 12: with other salts the same event and name leave other leaves."""
    envelope = Envelope(event_id=str(db.new_id()), aggregate_id=str(db.new_id()))
    envelope.actor.name = "Lê Quang"
    envelope.payload.Pack(make.unit_changed())
    now = system_clock()
    (first, content), (second, _) = (make_entry(1, FIRST_CHAIN_HASH, envelope, None, now) for _ in range(2))
    assert first.content_commitment == hashlib.sha256(content.content_salt + envelope.payload.value).digest()
    assert first.name_commitment == commitment(content.name_salt, "Lê Quang".encode())
    assert content.name_salt != content.content_salt
    assert (first.leaf_hash, first.name_commitment) != (second.leaf_hash, second.name_commitment)
    assert not {name for name in vars(first) if name in ("content", "actor_name")}
