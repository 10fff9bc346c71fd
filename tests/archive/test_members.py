"""The directory of names: what is archived into it, which name is shown, and what a removal leaves."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.kafka.member_names import MemberKind, MemberName, NameSource, removals
from schemas.kafka.topics import MEMBERS
from schemas.tenants.config import Tenancy
from sinks.clickhouse import tenants
from sinks.clickhouse.rows import CandidateEvent
from sinks.clickhouse.writer import Writer
from streams.archive.rows import RecordPosition, job_name_rows, member_rows
from streams.reading.names import fetch_names
from tests.ingest.gateways import tenancy

COMPANY = "named"
NOON = datetime(2026, 11, 28, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def company(client: Any) -> Iterator[None]:
    """A company that shows the names of its employees."""
    (acme,) = tenancy().tenants
    named = acme.model_copy(update={"id": COMPANY, "names": "people"})
    tenants.publish(client, Tenancy(tenants=(named,)))
    yield
    client.command("truncate table members")
    client.command("truncate table tenants")


def archive(client: Any, *names: MemberName) -> None:
    """Write records as the archiver does."""
    for name in names:
        rows = member_rows(RecordPosition(MEMBERS.name, 0, 7), name.model_dump_json().encode())
        Writer(client).write(rows, f"{name.key!r}{name.version}")


def name(kind: MemberKind, member: str, text: str, source: NameSource = "reported") -> MemberName:
    """A name of the company."""
    return MemberName(
        tenant=COMPANY, kind=kind, member=member, source=source, name=text, at=NOON
    )  # fmt: skip


def event(at: datetime, title: str) -> CandidateEvent:
    """An event that names a job."""
    return CandidateEvent(
        tenant=COMPANY, event_id=title, type="job.updated", subject="j-1", connection="c", vendorevent="",
        time=at, recordedtime=at, test=False, application_id="", job_id="j-1", job_name=title, channel="",
        stage_id="", stage_name="", src_partition=0, src_offset=0, src_index=0, body="{}",
    )  # fmt: skip


def test_an_employee_has_one_name_in_every_dimension_of_people(client: Any) -> None:
    """The same id is an interviewer, a recruiter and a hiring manager, and an imported name comes first."""
    archive(client, name("person", "u-9", "山田 花子"), name("person", "u-9", "花子", "imported"))

    shown = [fetch_names(client, COMPANY, at) for at in ("interviewer", "recruiter", "job")]

    assert shown == [{"u-9": "花子"}, {"u-9": "花子"}, {}]


def test_names_of_employees_need_the_company_to_say_so(client: Any) -> None:
    """Without `names: people` an employee stays an id, while jobs and departments have their names."""
    archive(
        client, name("person", "u-9", "山田 花子"), name("department", "d-1", "営業部", "imported")
    )
    (acme,) = tenancy().tenants
    tenants.publish(client, Tenancy(tenants=(acme.model_copy(update={"id": COMPANY}),)))

    shown = [fetch_names(client, COMPANY, at) for at in ("recruiter", "department")]

    assert shown == [{}, {"d-1": "営業部"}]


def test_a_removed_name_is_nowhere_in_the_database(client: Any) -> None:
    """A removal takes every source's name, and the text is not left in the table."""
    archive(client, name("person", "u-9", "山田 花子"), name("person", "u-9", "花子", "imported"))
    archive(client, *removals(COMPANY, "person", "u-9", NOON + timedelta(seconds=1)))
    Writer(client).forget_names()

    assert fetch_names(client, COMPANY, "recruiter") == {}
    assert client.query("select distinct name from members").result_rows == [("",)]


def test_a_job_has_the_name_of_its_latest_event(client: Any) -> None:
    """Events name jobs in any order of arrival; the latest occurrence decides."""
    later = event(NOON + timedelta(days=1), "Head chef")
    Writer(client).write(job_name_rows([later, event(NOON, "Chef")]), "one")
    Writer(client).write(job_name_rows([event(NOON, "Cook")]), "two")

    assert fetch_names(client, COMPANY, "job") == {"j-1": "Head chef"}
