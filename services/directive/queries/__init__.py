"""Every SELECT of the service, by what it asks about. What belongs to somebody starts from a visible_to(actor)."""
