"""Channels to services: kept alive, retried where that is safe, traced."""

import json

import grpc
from opentelemetry.instrumentation.grpc import aio_client_interceptors

from kit.rpc.server import MAX_MESSAGE_BYTES

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
