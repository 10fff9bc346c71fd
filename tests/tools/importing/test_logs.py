"""Event logs of hiring, XES and OCEL, become events by a map of their activities; nothing of them is dropped in silence."""

import gzip
import json
from pathlib import Path

import pytest
import yaml

from streams.tools.importing import inspect_file
from streams.tools.importing.event_log import Unreadable
from streams.tools.importing.events import RowEvent
from streams.tools.importing.map_file import load
from streams.tools.importing.source import ImportSource, source
from tests.tools.importing.samples import HERE, TOKYO, mapped, read, told

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
    """The small log of two cases."""
    return source(HERE / "hiring.xes", mapped(folder, **XES), TOKYO)


def short(events: list[RowEvent]) -> list[tuple[str, str, str]]:
    """Application, type and local time of each."""
    return [
        (
            json.loads(each.data).get("application", {}).get("id", ""),
            each.type,
            f"{each.at:%m-%d %H}",
        )
        for each in events
    ]


def test_a_log_of_cases(tmp_path: Path) -> None:
    """Every case is an application; one whose application is not logged begins with its first event."""
    assert short(told(xes(tmp_path))) == [
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
    """The resource of an interview is its interviewer, and what is protected stays in the file."""
    events = told(xes(tmp_path))
    (interview, _) = [json.loads(e.data) for e in events if e.type == "interview.completed"]

    assert [each["user_id"] for each in interview["interviewers"]] == ["i-1"]
    assert interview["channel"]["id"] == "リファラル"
    assert json.loads(events[3].data)["reason"] == {"name": "スキル"}
    assert "protected" not in "".join(each.data for each in events)


def test_what_is_ignored_is_counted_with_its_reason(tmp_path: Path) -> None:
    """Who reads the report sees what was left out, and why."""
    ignored = [each.ignored for each in read(xes(tmp_path)) if each.ignored]

    assert ignored == ["its end is counted"]


def test_a_compressed_log_is_the_same_log(tmp_path: Path) -> None:
    """Logs are published as .xes.gz."""
    path = tmp_path / "hiring.xes.gz"
    path.write_bytes(gzip.compress((HERE / "hiring.xes").read_bytes()))
    packed = source(path, mapped(tmp_path, **XES), TOKYO)

    assert [each.id for each in told(packed)] == [each.id for each in told(xes(tmp_path))]


BOMB = """<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>
<log><trace><string key="concept:name" value="&b;"/></trace></log>"""


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("log.xes", BOMB, "declares a document type"),
        ("log.xes", "<log><trace>", "line 1: not well-formed XML"),
        ("log.xes", "<table/>", "holds no <log>"),
        ("log.xes.gz", "<log/>", "not a whole gzip file"),
        ("log.json", "{", "is not JSON"),
        ("log.json", '{"eventTypes": [], "events": []}', "is OCEL 2.0"),
        ("log.json", '{"ocel:events": {}}', "ocel:objects: Field required"),
    ],
)
def test_files_that_are_no_logs(tmp_path: Path, name: str, text: str, message: str) -> None:
    """A file that is not what its name says is refused as a whole; one that could grow is not even read."""
    path = tmp_path / name
    path.write_text(text)

    with pytest.raises(Unreadable, match=message):
        read(source(path, mapped(tmp_path, **OCEL), TOKYO))


def test_a_log_of_objects(tmp_path: Path) -> None:
    """Candidate, job, offer and interviewer come from the objects; an event of two applications is told for both."""
    events = told(source(HERE / "hiring.jsonocel", mapped(tmp_path, **OCEL), TOKYO))

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
def test_the_draft_of_a_map_is_a_map(tmp_path: Path, name: str) -> None:
    """What `--inspect` writes can be used as it is: all is mapped, or ignored until somebody decides."""
    path = tmp_path / "map.yaml"
    path.write_text(inspect_file.draft(HERE / name), "utf-8")
    readings = read(source(HERE / name, load(path), TOKYO))

    assert [each.problems for each in readings if each.problems] == []
    assert any(each.told for each in readings)


def test_the_draft_proposes_and_asks() -> None:
    """What reads like a step of hiring is proposed; anything else waits for a decision, with its count."""
    text = inspect_file.draft(HERE / "hiring.jsonocel")
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
    assert '"gender": looks like a person; not read' in text.replace("# ", "")
    assert "1 times; decide what it means" in text


def test_the_draft_of_a_table() -> None:
    """Without a map the headers speak; what is not recognised, or about a person, is said."""
    text = inspect_file.draft(HERE / "applications.csv")
    drafted = yaml.safe_load(text)

    assert drafted["kind"] == "applications"
    assert drafted["encoding"] == "cp932"
    assert drafted["columns"]["channel"] == "応募経路"
    assert drafted["columns"]["application_id"] == "応募ID"
    assert "氏名" not in drafted["columns"].values()
    for line in (
        '"氏名" is left out: looks like a column about a person',
        '"採用担当" is left out: looks like names of people',
        '"備考" is left out: not recognised',
        '"連絡先" is left out: not recognised',
    ):
        assert line in text
