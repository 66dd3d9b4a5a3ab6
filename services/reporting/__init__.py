"""The read side: lists, search, counts."""
