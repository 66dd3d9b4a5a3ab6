"""Every SELECT of the service. What belongs to somebody starts from a visible… of the actor."""
