"""Of what the samples of pages are made: people, units, days, the frame around a page."""

import datetime as dt
import uuid

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from ykcd.directive.v1 import registry_pb2 as reg

from gateway import web

NOW = dt.datetime(2016, 12, 5, 9, 30, tzinfo=web.words.HUE_TIME)


def uid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def day(text: str) -> Date:
    value = dt.date.fromisoformat(text)
    return Date(year=value.year, month=value.month, day=value.day)


def at(text: str) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(dt.datetime.fromisoformat(text).replace(tzinfo=web.words.HUE_TIME))
    return stamp


UNITS = [
    reg.Unit(id=uid(code), code=code, name=name, kind=kind)
    for code, name, kind in (
        ("vpub", "Văn phòng Ủy ban nhân dân tỉnh", reg.UNIT_KIND_OFFICE),
        ("stnmt", "Sở Tài nguyên và Môi trường", reg.UNIT_KIND_DEPARTMENT),
        ("sxd", "Sở Xây dựng", reg.UNIT_KIND_DEPARTMENT),
        ("snv", "Sở Nội vụ", reg.UNIT_KIND_DEPARTMENT),
        ("bqlkkt", "Ban Quản lý Khu kinh tế, công nghiệp tỉnh", reg.UNIT_KIND_AGENCY),
        ("phuloc", "Ủy ban nhân dân huyện Phú Lộc", reg.UNIT_KIND_DISTRICT),
    )
]
FIELDS = [reg.Field(id=uid("f-" + code), code=code, name=name) for code, name in (("dat-dai", "Đất đai"), ("y-te", "Y tế"))]
PEOPLE = {
    uid(code): name for code, name in (("an", "Nguyễn Văn An"), ("hoa", "Lê Thị Hoa"), ("minh", "Trần Quang Minh"), ("phuc", "Hồ Đắc Phúc"))
}
MEMBERS = [
    reg.Member(id=uid("m" + key), person_id=key, name=name, unit_id=uid("stnmt"), kind=reg.PERSON_KIND_PERSON,
               roles=["unit_leader" if key == uid("phuc") else "officer"])
    for key, name in PEOPLE.items()
]  # fmt: skip
SOFTWARE = reg.Member(id=uid("ms"), person_id=uid("s"), name="Phần mềm của Sở", unit_id=uid("stnmt"), kind=reg.PERSON_KIND_SERVICE)


def me(name: str, unit: str, *roles: str) -> reg.Me:
    found = next(u for u in UNITS if u.code == unit)
    return reg.Me(member=reg.Member(id=uid(name), person_id=uid(name), name=name, unit_id=found.id, roles=roles), unit=found)


def shared(who: reg.Me | None, path: str, **more) -> dict:
    usual = {"csrf_token": "csrf-8d1f", "unread_count": 3} if who else {}
    page = web.Page(path=path, now=NOW, me=who, **usual | more)
    names = {unit.id: unit.name for unit in UNITS}
    fields = {field.id: field.name for field in FIELDS}
    return web.context(
        page,
        unit_name=lambda key: names.get(key, ""),
        person_name=lambda key: PEOPLE.get(key, ""),
        field_name=lambda key: fields.get(key, ""),
    )


CONTENT = (
    "Chủ trì, phối hợp với các đơn vị liên quan rà soát toàn bộ các dự án đã được giao đất, cho thuê đất nhưng chậm tiến độ trên địa bàn "
    "huyện Phú Lộc; đề xuất hướng xử lý từng dự án, báo cáo UBND tỉnh."
)
HOSTILE = '<script>alert("x")</script>'
