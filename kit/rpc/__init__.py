"""gRPC both ways: methods marked @read, @write, @greet, @watch, @receive on the serving side; channel() on the calling side."""

from kit.rpc.caller import Call
from kit.rpc.client import channel
from kit.rpc.method import Servicer, greet, read, receive, watch, write
from kit.rpc.server import build_server

__all__ = ["Call", "Servicer", "build_server", "channel", "greet", "read", "receive", "watch", "write"]
