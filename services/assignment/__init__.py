"""One task for one unit, from SENT to VERIFIED."""
