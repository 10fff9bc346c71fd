"""XES and OCEL event logs become events by a map of their activities; nothing is dropped silently."""

import gzip
import json
from pathlib import Path

import pytest
import yaml

from streams.tools.importing import inspect_file
from streams.tools.importing.event_log import Unreadable
from streams.tools.importing.events import RowEvent
from streams.tools.importing.map_file import load
from streams.tools.importing.source import ImportSource, open_source
from tests.tools.importing.samples import HERE, TOKYO, events_of, read_rows, write_map

INTERVIEW = {"type": "interview.completed", "stage": "コーディング面接"}
XES = {
    "kind": "log",
    "attributes": {"interviewers": "org:resource", "channel": "source"},
    "activities": {
        "Application received": {"type": "application.created"},
        "Coding interview": INTERVIEW,
        "Coding interview [start]": {"ignore": "its end is counted"},
        "Rejected": {"type": "application.rejected", "party": "company", "reason": "スキル"},
        "Job offer": {"type": "offer.sent"},
    },
}
OCEL = {
    "kind": "log",
    "objects": {
        "application": "Application",
        "candidate": "Applicant",
        "job": "Vacancy",
        "offer": "Offer",
        "interviewer": "Recruiter",
    },
    "attributes": {"channel": "source", "job_name": "position", "amount": "salary"},
    "activities": {
        "Publish job": {"type": "job.opened"},
        "Submit application": {"type": "application.created"},
        "Conduct interview": INTERVIEW,
        "Send job offer": {"type": "offer.sent"},
        "Close vacancy": [
            {"type": "application.closed", "reason": "充足"},
            {"type": "job.closed"},
        ],
        "Send reminder": {"ignore": "no step of hiring"},
    },
}


def xes(folder: Path) -> ImportSource:
    """The sample log of two cases."""
    return open_source(HERE / "hiring.xes", write_map(folder, **XES), TOKYO)


def short(events: list[RowEvent]) -> list[tuple[str, str, str]]:
    """Application, type and local time of each event."""
    return [
        (
            json.loads(event.data).get("application", {}).get("id", ""),
            event.type,
            f"{event.at:%m-%d %H}",
        )
        for event in events
    ]


def test_a_log_of_cases(tmp_path: Path) -> None:
    """Every case is an application; a case without an application event starts with its first event."""
    assert short(events_of(xes(tmp_path))) == [
        ("case-1", "application.created", "04-01 00"),
        ("case-1", "application.stage_changed", "04-02 00"),
        ("case-1", "interview.completed", "04-02 00"),
        ("case-1", "application.rejected", "04-03 00"),
        ("case-2", "application.created", "04-04 00"),
        ("case-2", "application.stage_changed", "04-04 01"),
        ("case-2", "interview.completed", "04-04 01"),
        ("case-2", "offer.sent", "04-05 00"),
    ]


def test_only_mapped_attributes_are_read(tmp_path: Path) -> None:
    """The resource of an interview is its interviewer; protected attributes are not read."""
    events = events_of(xes(tmp_path))
    (interview, _) = [json.loads(e.data) for e in events if e.type == "interview.completed"]

    assert [interviewer["user_id"] for interviewer in interview["interviewers"]] == ["i-1"]
    assert interview["channel"]["id"] == "リファラル"
    assert json.loads(events[3].data)["reason"] == {"name": "スキル"}
    assert "protected" not in "".join(event.data for event in events)


def test_ignored_activities_are_counted_with_their_reason(tmp_path: Path) -> None:
    """The report counts ignored activities with their reason."""
    ignored = [reading.ignored for reading in read_rows(xes(tmp_path)) if reading.ignored]

    assert ignored == ["its end is counted"]


def test_a_compressed_log_is_the_same_log(tmp_path: Path) -> None:
    """A `.xes.gz` log yields the same events as the uncompressed log."""
    path = tmp_path / "hiring.xes.gz"
    path.write_bytes(gzip.compress((HERE / "hiring.xes").read_bytes()))
    packed = open_source(path, write_map(tmp_path, **XES), TOKYO)

    assert [event.id for event in events_of(packed)] == [
        event.id for event in events_of(xes(tmp_path))
    ]


BOMB = """<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
<log><trace><string key="concept:name" value="&b;"/></trace></log>"""


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("log.xes", BOMB, "declares a document type"),
        ("log.xes", "<log><trace>", "line 1: not well-formed XML"),
        ("log.xes", "<table/>", "contains no <log>"),
        ("log.xes.gz", "<log/>", "not a complete gzip file"),
        ("log.json", "{", "is not JSON"),
        ("log.sqlite", "SQLite format 3\x00", "is no OCEL 2.0 database"),
        ("log.json", '{"ocel:events": {}}', "ocel:objects: Field required"),
    ],
)
def test_invalid_log_files_are_refused(tmp_path: Path, name: str, text: str, message: str) -> None:
    """A file in the wrong format is refused as a whole; a document type is refused before it is expanded."""
    path = tmp_path / name
    path.write_text(text)

    with pytest.raises(Unreadable, match=message):
        read_rows(open_source(path, write_map(tmp_path, **OCEL), TOKYO))


def test_a_log_of_objects(tmp_path: Path) -> None:
    """Candidate, job, offer and interviewer come from the objects; an event of two applications counts for both."""
    events = events_of(open_source(HERE / "hiring.jsonocel", write_map(tmp_path, **OCEL), TOKYO))

    assert short(events) == [
        ("", "job.opened", "04-01 00"),
        ("a-1", "application.created", "04-02 00"),
        ("a-1", "application.stage_changed", "04-03 00"),
        ("a-1", "interview.completed", "04-03 00"),
        ("a-1", "offer.sent", "04-04 00"),
        ("a-1", "application.closed", "04-05 00"),
        ("", "job.closed", "04-05 00"),
        ("a-2", "application.created", "04-05 00"),
        ("a-2", "application.closed", "04-05 00"),
    ]
    created, offer = json.loads(events[1].data), json.loads(events[4].data)
    assert created["application"] == {
        "id": "a-1",
        "candidate_id": "p-1",
        "job_id": "v-1",
        "job_name": "エンジニア",
        "applied_at": "2026-04-02T00:00:00Z",
    }
    assert created["channel"]["id"] == "ビズリーチ"
    assert (offer["offer_id"], offer["amount"]) == ("o-1", 6_000_000)


@pytest.mark.parametrize("name", ["hiring.xes", "hiring.jsonocel"])
def test_the_draft_is_a_valid_map(tmp_path: Path, name: str) -> None:
    """The output of `--inspect` is a valid map: every activity is mapped or ignored until someone decides."""
    path = tmp_path / "map.yaml"
    path.write_text(inspect_file.draft_map(HERE / name), "utf-8")
    readings = read_rows(open_source(HERE / name, load(path), TOKYO))

    assert [reading.problems for reading in readings if reading.problems] == []
    assert any(reading.events for reading in readings)


def test_the_draft_suggests_known_activities() -> None:
    """Activities that look like hiring steps are suggested; others are left undecided, with their counts."""
    text = inspect_file.draft_map(HERE / "hiring.jsonocel")
    drafted = yaml.safe_load(text)

    assert drafted["activities"]["Submit application"] == {"type": "application.created"}
    assert drafted["activities"]["Send reminder"] == {"ignore": "not decided"}
    assert drafted["objects"] == {
        "application": "Application",
        "candidate": "Applicant",
        "job": "Vacancy",
        "offer": "Offer",
        "recruiter": "Recruiter",
    }
    assert '"gender": looks like personal data; not read' in text.replace("# ", "")
    assert "1 times; decide what it means" in text


def test_the_draft_of_a_table() -> None:
    """The draft maps recognised headers and lists unknown and personal columns as skipped."""
    text = inspect_file.draft_map(HERE / "applications.csv")
    drafted = yaml.safe_load(text)

    assert drafted["kind"] == "applications"
    assert drafted["encoding"] == "cp932"
    assert drafted["columns"]["channel"] == "応募経路"
    assert drafted["columns"]["application_id"] == "応募ID"
    assert "氏名" not in drafted["columns"].values()
    for line in (
        '"氏名" is skipped: looks like personal data',
        '"採用担当" is skipped: looks like names of people',
        '"備考" is skipped: not recognised',
        '"連絡先" is skipped: not recognised',
    ):
        assert line in text
