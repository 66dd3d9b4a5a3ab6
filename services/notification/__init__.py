"""What people are told: in the inbox, by e-mail, live."""
