"""gRPC both ways: methods marked @read, @write, @greet, @watch, @receive on the serving side; channel() and ask() on the calling side."""

from kit.rpc.caller import Call
from kit.rpc.client import ask, channel
from kit.rpc.method import Servicer, greet, read, receive, watch, write
from kit.rpc.server import build_server

__all__ = ["Call", "Servicer", "ask", "build_server", "channel", "greet", "read", "receive", "watch", "write"]
