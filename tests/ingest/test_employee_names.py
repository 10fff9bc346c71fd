"""Names of employees in vendors' payloads: read only where the company wants them, and never those of candidates."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from schemas.kafka.member_names import removals
from schemas.tenants.config import Tenancy
from streams.configuration.secret_store import SecretStore
from streams.configuration.settings import Settings
from streams.ingest.configuration_watcher import vendor_schemes
from streams.ingest.connections import Configuration, resolve
from streams.ingest.employees import Employee
from streams.ingest.http.server import create_app
from tests.fakes import NOON, ListPublisher, SetClock, SetNames
from tests.ingest import gateways

VENDORS = Path(__file__).parents[1] / "vendors"
HIRE = VENDORS / "greenhouse/hire_candidate.json"
ASHBY = VENDORS / "ashby/interviewScheduleUpdate__rescheduled.json"


def configuration(names: str) -> Configuration:
    """The configuration of the tests with that setting."""
    (acme,) = gateways.tenancy().tenants
    tenancy = Tenancy(tenants=(acme.model_copy(update={"names": names}),))
    return resolve(tenancy, SecretStore(gateways.ENVIRON, Path()), vendor_schemes())


def named_people(value: Any) -> Any:
    """The payload with a name for everybody whom it mentions: employees by their id, the candidate by `Candidate`."""
    if isinstance(value, list):
        return [named_people(part) for part in value]
    if not isinstance(value, dict):
        return value
    texts = {
        "name": f"Ann {value.get('id')}" if "employee_id" in value else value.get("name"),
        "first_name": "Candidate",
        "last_name": "Candidate",
        "firstName": f"Ann {value.get('id')}",
        "lastName": "Lee",
    }
    return {key: texts.get(key) or named_people(part) for key, part in value.items()}


async def deliver(publisher: ListPublisher, names: str, *paths: Path) -> dict[str, str]:
    """Deliver payloads to a new gateway; return the directory's names by id."""
    directory = SetNames(publisher)
    app = create_app(Settings(), configuration(names), publisher, SetClock(), names=directory)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as sender:
        for path in paths:
            delivery = gateways.fixture(path)
            body = json.dumps(named_people(json.loads(delivery.body))).encode()
            body, headers = gateways.signed(
                gateways.Fixture(delivery.vendor, body, delivery.headers)
            )
            answer = await sender.post(
                gateways.address(delivery.vendor), content=body, headers=headers
            )
            assert answer.status_code == 200, answer.text
    await app.state.gateway.names.report(publisher)
    return {record.member: record.name for record in publisher.names}


async def test_employees_are_named_and_candidates_are_not() -> None:
    """Recruiter and coordinator of a hire get their names, and nothing of the candidate or the referrer is kept."""
    names = await deliver(ListPublisher(), "people", HIRE)

    assert names == {"55": "Ann 55", "56": "Ann 56"}


async def test_interviewers_are_named() -> None:
    """A system that sends first and last names gives one name."""
    names = await deliver(ListPublisher(), "people", ASHBY)

    assert set(names.values()) == {f"Ann {id_} Lee" for id_ in names}
    assert names


async def test_without_consent_of_the_company_no_name_is_read() -> None:
    """By default the directory has no employee."""
    assert await deliver(ListPublisher(), "jobs", HIRE, ASHBY) == {}


async def test_a_name_is_written_once() -> None:
    """Neither a second delivery nor a restarted gateway writes a name again that did not change."""
    publisher = ListPublisher()
    await deliver(publisher, "people", HIRE, HIRE)
    await deliver(publisher, "people", HIRE)

    assert len(publisher.names) == 2


async def test_a_removed_name_is_not_reported_again() -> None:
    """An employee whose name was removed stays without one, whatever is delivered later."""
    publisher = ListPublisher()
    publisher.names.extend(removals("acme", "person", "55", NOON - timedelta(days=1)))

    names = await deliver(publisher, "people", HIRE)

    assert names == {"55": "", "56": "Ann 56"}


@pytest.mark.parametrize("part", ["directory", "publisher"])
async def test_names_wait_for_kafka(part: str) -> None:
    """A delivery is accepted while names cannot be written, and they are written later."""
    publisher = ListPublisher()
    directory = SetNames(publisher)
    app = create_app(Settings(), configuration("people"), publisher, SetClock(), names=directory)
    names = app.state.gateway.names
    names.note("acme", [Employee("55", "Ann")], NOON)
    away = directory if part == "directory" else publisher
    away.away = True
    await names.report(publisher)
    assert not publisher.names

    away.away = False
    await names.report(publisher)
    assert [record.name for record in publisher.names] == ["Ann"]
