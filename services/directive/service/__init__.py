"""Use cases, by what they are about."""
