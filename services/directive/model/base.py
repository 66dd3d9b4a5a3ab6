"""What all tables of the service are declared on."""

from sqlalchemy.orm import DeclarativeBase

from kit import db


class Base(DeclarativeBase):
    metadata = db.metadata()
    type_annotation_map = db.TYPES
