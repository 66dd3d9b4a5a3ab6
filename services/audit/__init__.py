"""The tamper-evident log of every change and every refused or sensitive access."""
