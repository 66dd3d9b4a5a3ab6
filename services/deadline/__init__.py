"""The working calendar, and what it makes of due dates."""
