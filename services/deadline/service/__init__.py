"""Use cases: calendars, clocks, urging, obligations, reminders."""
