"""A service of nothing but the kit's own tables, for the kit's tests."""

from sqlalchemy import MetaData

from kit.app import App

app = App("toy", metadata=MetaData(), package="kit/tests/toy")
