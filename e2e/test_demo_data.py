"""The seed and the demonstration's documents agree with each other before any process is started."""

import json
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from e2e.demo_data import HERE, SEED, Record, expand, load_decision_71, load_own, read_seed
from e2e.demo_data.real import Matcher, load_real, passages_file

UNITS, GROUPS, FIELDS = read_seed("units"), read_seed("groups"), read_seed("fields")
PEOPLE, ANNEX_1 = read_seed("people"), read_seed("annex1")
CODES = {unit["code"] for unit in UNITS}
FIELD_CODES = {field["code"] for field in FIELDS}
UNASSIGNED_FIELD = "tong-hop"

ROLES = {
    "specialist",
    "office_leader",
    "chairman",
    "clerk",
    "focal_point",
    "unit_leader",
    "officer",
    "evaluator",
    "administrator",
    "operator",
}
TYPES = {
    "DECISION",
    "INSTRUCTION",
    "OFFICIAL_LETTER",
    "TELEGRAM",
    "REPORT",
    "PLAN",
    "PROGRAMME",
    "SCHEME",
    "PROJECT",
    "CONCLUSION_NOTICE",
    "OPINION",
}
URGENCIES = {"NORMAL", "URGENT", "VERY_URGENT", "EXPRESS"}
AUTHORITIES = {"PROVINCIAL_PEOPLES_COMMITTEE", "CHAIRMAN", "VICE_CHAIRMAN"}


def check_document(document: Record) -> None:
    assert all(document[name] for name in ("number", "symbol", "abstract", "signer"))
    assert document["document_type"] in TYPES
    assert document["urgency"] in URGENCIES
    assert document["issuing_authority"] in AUTHORITIES
    assert document["submitting_unit"] in CODES
    assert document["tasks"]
    for task in document["tasks"]:
        check_task(task, date.fromisoformat(document["issue_date"]))


def check_task(task: Record, issued: date) -> None:
    assert 0 < len(task["content"]) <= 4000
    assert task["field"] in FIELD_CODES
    assert task["has_deadline"] == (task["due_date"] is not None) == (task["deadline_kind"] is not None), task
    if task["has_deadline"]:
        assert date.fromisoformat(task["due_date"]) >= issued
        assert task["deadline_kind"] in ({"REPORT", "SUBMIT_DRAFT"} if task["must_report"] else {"COMPLETE"})
    units = [*task["lead_units"], *task["coordinating_units"]] + [task["aggregating_unit"]] * bool(task["aggregating_unit"])
    assert task["lead_units"]
    assert set(units) <= CODES
    assert len(units) == len(set(units)), f"a unit has two roles in one task: {task}"


def test_seed_ids_codes_and_usernames_are_unique() -> None:
    ids = [row["id"] for row in [*UNITS, *FIELDS, *PEOPLE]]
    assert len({UUID(text) for text in ids}) == len(ids)
    for rows, key in ((UNITS, "code"), (UNITS, "name"), (FIELDS, "code"), (PEOPLE, "username"), (PEOPLE, "email")):
        assert [value for value, n in Counter(row[key] for row in rows).items() if n > 1] == [], key
    assert all(text.isascii() for text in [*CODES, *FIELD_CODES, *(person["username"] for person in PEOPLE)])


def test_a_unit_name_or_abbreviation_means_one_unit() -> None:
    spellings = Counter(name for unit in UNITS for name in {unit["name"], *unit["abbreviations"]})
    assert [name for name, n in spellings.items() if n > 1] == []


def test_files_are_in_nfc() -> None:
    for path in [*SEED.glob("*.json"), *HERE.glob("*.json")]:
        text = path.read_text(encoding="utf-8")
        assert text == unicodedata.normalize("NFC", text), path.name


def test_the_registry_is_the_office_32_provincial_and_9_district_units() -> None:
    assert UNITS[0]["code"] == "vpub"
    kinds = Counter(unit["kind"] for unit in UNITS)
    assert (kinds.pop("OFFICE"), kinds.pop("DISTRICT"), sum(kinds.values())) == (1, 9, 32)
    assert set(kinds) == {"DEPARTMENT", "AGENCY", "SECTORAL"}


def test_people_belong_to_units_and_have_known_roles() -> None:
    for person in PEOPLE:
        assert person["unit"] in CODES
        assert person["roles"]
        assert set(person["roles"]) <= ROLES
        assert person["email"].endswith("@ykcd.example")


@pytest.mark.parametrize("unit", [unit["code"] for unit in UNITS])
def test_each_unit_has_one_leader_one_focal_point_and_one_service_account(unit: str) -> None:
    members = [person for person in PEOPLE if person["unit"] == unit]
    roles = Counter(role for person in members if person["kind"] == "PERSON" for role in person["roles"])
    assert (roles["unit_leader"], roles["focal_point"]) == (1, 1)
    services = [(person["username"], person["roles"]) for person in members if person["kind"] == "SERVICE"]
    assert services == [(f"service-account-unit-{unit}", ["focal_point"])]


def test_the_office_has_the_roles_of_the_regulation() -> None:
    roles = Counter(role for person in PEOPLE if person["unit"] == "vpub" for role in person["roles"])
    expected = {"chairman": 1, "office_leader": 2, "specialist": 5, "clerk": 1, "administrator": 1, "operator": 1}
    assert {role: roles[role] for role in expected} == expected
    assert [person["unit"] for person in PEOPLE if "evaluator" in person["roles"]] == ["snv"]


def test_annex_1_refers_to_people_with_the_right_role() -> None:
    roles = {person["username"]: person["roles"] for person in PEOPLE}
    for row in ANNEX_1:
        assert "specialist" in roles[row["specialist"]]
        assert "office_leader" in roles[row["office_leader"]]
        assert row["deputy"] is None or "specialist" in roles[row["deputy"]]
        assert row["deputy"] != row["specialist"]
        assert row["field"] in FIELD_CODES
        assert set(row["units"]) <= CODES


def test_annex_1_gives_each_field_and_unit_exactly_one_specialist_but_tong_hop_none() -> None:
    pairs = Counter((row["field"], unit) for row in ANNEX_1 for unit in row["units"] or CODES)
    assert set(pairs.values()) == {1}
    assert set(pairs) == {(field, unit) for field in FIELD_CODES - {UNASSIGNED_FIELD} for unit in CODES}


def test_decision_71_is_itself_with_at_least_15_duties_to_existing_units() -> None:
    decision = load_decision_71(UNITS, GROUPS)
    check_document(decision)
    stated = (decision["number"], decision["symbol"], decision["issue_date"], decision["signer"])
    assert stated == ("71", "2016/QĐ-UBND", "2016-10-10", "Nguyễn Văn Cao")
    assert decision["effective_date"] == "2016-11-01"
    assert len(decision["tasks"]) >= 15
    assert all(task["article"].startswith("Đ") for task in decision["tasks"])


def test_our_own_directives_are_valid_and_varied() -> None:
    documents = load_own(UNITS, GROUPS)
    for document in documents:
        check_document(document)
        assert 2 <= len(document["tasks"]) <= 6
    assert len(documents) == 24
    assert len({(d["number"], d["symbol"], d["issue_date"][:4]) for d in documents}) == 24
    assert {d["urgency"] for d in documents} == URGENCIES
    classes = {(task["has_deadline"], task["must_report"]) for d in documents for task in d["tasks"]}
    assert len(classes) == 4, "each class of Đ4 occurs"


def test_a_group_expands_to_its_kinds_and_the_limit_holds() -> None:
    districts = [unit["code"] for unit in UNITS if unit["kind"] == "DISTRICT"]
    assert expand(["UBND cấp huyện"], UNITS, GROUPS) == districts
    assert expand(["hue", "UBND cấp huyện", "snv"], UNITS, GROUPS, limit=2) == ["hue", "huongthuy", "snv"]


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("Uỷ ban nhân dân huyện Phú Lộc", ["phuloc"]),
        ("SỞ TN&MT", ["stnmt"]),
        (unicodedata.normalize("NFD", "Sở Lao động – Thương binh và Xã hội"), ["sldtbxh"]),
        ("Các Sở, Ban, ngành", ["snv", "stp", "skhdt", "stc"]),
    ],
)
def test_names_of_the_registry_are_matched_however_they_are_spelt(written: str, codes: list[str]) -> None:
    unmatched: list[str] = []
    assert Matcher(UNITS, GROUPS).find([written], unmatched) == codes
    assert unmatched == []


@pytest.mark.parametrize(
    ("written", "codes"),
    [
        ("Sở Văn hóa, Thể thao và Du lịch", ["svhtt"]),
        ("Công an thành phố", ["congan"]),
        ("UBND các xã, phường", ["hue"]),
        ("Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh", ["vpub"]),
    ],
)
def test_other_names_take_the_stated_fallback_and_are_reported(written: str, codes: list[str]) -> None:
    unmatched: list[str] = []
    assert Matcher(UNITS, GROUPS).find([written], unmatched) == codes
    assert unmatched == [written]


def test_passages_of_one_document_become_one_valid_record(tmp_path: Path) -> None:
    """D7 ("trước ngày" is exclusive) and the rule that a recurring duty has no due date, on invented passages."""
    heading, duty, cyclic = "1. Sở Y tế", "Kiểm tra các trạm   y tế.", "Hằng tháng báo cáo kết quả."
    text = f"{heading}\n\n{duty}\n\n{cyclic}"
    blank = {"lead_units": ["Sở Y tế"], "coordinating_units": [], "consolidating_unit": None, "recurrence": None}
    first, second = text.index(duty), text.index(cyclic)
    once = {"content_span": [first, first + len(duty)], "due_date": "2024-05-10", "before": True, "must_report": False}
    monthly = {"content_span": [second, len(text)], "due_date": None, "recurrence": "monthly", "must_report": True}
    passages = [
        {"doc_group": "a", "kind": "chi_thi", "text": text, "document": {}, "tasks": [blank | once, blank | monthly]},
        {
            "doc_group": "a",
            "kind": "negative",
            "text": "",
            "document": {"number": "06", "symbol": "CT - UBND"},
            "tasks": [],
        },
        {"doc_group": "b", "kind": "negative", "text": "", "document": {}, "tasks": []},
    ]
    file = tmp_path / "passages.jsonl"
    file.write_text("\n".join(json.dumps(p) for p in passages), encoding="utf-8")

    (record,) = load_real(file, UNITS, GROUPS)

    check_document(record)
    assert (record["number"], record["symbol"], record["document_type"]) == ("06", "CT-UBND", "INSTRUCTION")
    assert (record["issue_date"], record["unmatched"]) == ("2024-04-10", [])
    assert [task["content"] for task in record["tasks"]] == ["Kiểm tra các trạm y tế.", cyclic]
    assert [(task["due_date"], task["must_report"]) for task in record["tasks"]] == [
        ("2024-05-09", False),
        (None, True),
    ]


def test_at_least_20_real_directives_can_be_entered() -> None:
    if not passages_file().exists():
        pytest.skip("the real passages aren't at hand: the demonstration uses its own directives")
    records = load_real(passages_file(), UNITS, GROUPS)
    for record in records:
        check_document(record)
    assert len(records) >= 20
    assert len({(r["number"], r["symbol"], r["issue_date"][:4]) for r in records}) == len(records)
