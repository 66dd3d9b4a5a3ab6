"""A year of the regulation in a few minutes: a moving clock, the public doors, and everything recomputed afterwards by rules of its own."""
