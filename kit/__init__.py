"""Mechanism shared by the services. Of the domain it holds only what all must reckon alike: working days, members and their roles."""
