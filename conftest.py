from hypothesis import settings

pytest_plugins = ["kit.testing.fixtures"]
# --hypothesis-profile long: as `make year` runs the state machines.
settings.register_profile("long", max_examples=2000)
