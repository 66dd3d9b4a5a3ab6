"""Channels to services: kept alive, retried where that is safe, traced; and what one service asks another in its caller's name."""

import json
from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.message import Message
from opentelemetry.instrumentation.grpc import aio_client_interceptors

from kit.errors import Unavailable, from_rpc, unavailable
from kit.rpc.caller import Proof
from kit.rpc.server import MAX_MESSAGE_BYTES

# Who asks waits; a person is waiting for the answer.
ASK_SECONDS = 2.0

# UNAVAILABLE before the request was read; every write carries a request_id, so that a retry can't act twice.
_SERVICE_CONFIG = {
    "methodConfig": [
        {
            "name": [{}],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.1s",
                "maxBackoff": "1s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ]
}


def channel(address: str) -> grpc.aio.Channel:
    """One per peer and process."""
    return grpc.aio.insecure_channel(
        address,
        options=[
            ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
            ("grpc.enable_retries", 1),
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.keepalive_time_ms", 20_000),
            ("grpc.keepalive_timeout_ms", 5_000),
            ("grpc.initial_reconnect_backoff_ms", 200),
            ("grpc.max_reconnect_backoff_ms", 2_000),
        ],
        interceptors=aio_client_interceptors(),
    )


async def ask(name: str, address: str, method: Callable[[grpc.aio.Channel], Any], request: Message, proof: Proof) -> Any:
    """What `name` at `address` answers to whoever calls us, who proves himself there too; its refusal is ours. `method`: of a stub."""
    try:
        async with channel(address) as peer:
            return await method(peer)(request, metadata=proof, timeout=ASK_SECONDS)
    except grpc.RpcError as error:
        refused = from_rpc(error)
    if isinstance(refused, Unavailable):
        raise unavailable(name)
    # What it denied, it has noted itself.
    refused.denial = False
    raise refused
