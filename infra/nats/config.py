"""The NATS server's configuration: one user per service, who may do to JetStream only what that service needs."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def config(*, port: int, monitor_port: int, store: Path, passwords: Mapping[str, str]) -> str:
    """JSON is valid NATS configuration. `passwords` maps a service to its password: the result is a secret."""
    return json.dumps(
        {
            "server_name": "ykcd",
            "listen": f"127.0.0.1:{port}",
            "http": f"127.0.0.1:{monitor_port}",
            # By default an acknowledged message may be lost in a power cut for two minutes.
            "jetstream": {"store_dir": str(store), "sync_interval": "always", "max_memory_store": 64 << 20},
            "max_payload": 1 << 20,  # an event holds 512 KB at most
            "ping_interval": "10s",
            "authorization": {"users": [_user(service, password) for service, password in passwords.items()]},
        },
        indent=1,
    )


def _user(service: str, password: str) -> dict[str, Any]:
    return {"user": service, "password": password, "permissions": permissions(service)}


def permissions(service: str) -> dict[str, list[str]]:
    """Publishes its own events, owns its own stream and may erase there what was purged, may learn which streams there are, reads others'
    through durables that bear its name; through a second one from the beginning, as often as it deletes it.

    Replies come to an inbox prefix of its own: with a shared `_INBOX.>` a service could read another's answers.
    """
    stream = f"YKCD_{service.upper()}"
    api = "$JS.API"
    publish = [f"ykcd.{service}.>", f"{api}.INFO", f"{api}.STREAM.LIST", f"{api}.STREAM.INFO.*", f"$JS.ACK.*.{service}.>"]
    publish += [f"{api}.STREAM.{verb}.{stream}" for verb in ("CREATE", "UPDATE", "MSG.GET", "MSG.DELETE")]
    for name in (service, f"{service}_past"):
        for verb in ("CREATE", "DURABLE.CREATE", "INFO"):
            publish += [f"{api}.CONSUMER.{verb}.*.{name}", f"{api}.CONSUMER.{verb}.*.{name}.>"]
        publish.append(f"{api}.CONSUMER.MSG.NEXT.*.{name}")
    publish.append(f"{api}.CONSUMER.DELETE.*.{service}_past")
    return {"publish": publish, "subscribe": [f"_INBOX_{service}.>"]}
