"""Mechanism shared by the services: no rule of the regulation lives here."""
