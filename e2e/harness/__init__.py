"""Starts the whole platform: one list of processes for `make up` and for the tests."""

from e2e.harness.layout import Options, PortBusy, unused_ports
from e2e.harness.platform import Platform
from e2e.harness.process import Process

__all__ = ["Options", "Platform", "PortBusy", "Process", "unused_ports"]
