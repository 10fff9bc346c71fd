"""The situations of `tests/cases` on a real stack: gateway, Kafka, worker, ClickHouse, and what `hirelay kpi show` reads."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from schemas.cells import CellKey, Cells
from schemas.instants import day_number
from schemas.tenants.config import DEFAULT_TIMEZONE
from streams.reading.kpis import KpiQuery, KpiTable, fetch_kpis
from tests.cases.counting import shuffled
from tests.cases.readings import ReadValue, kpi_reading, measure_reading, query_of
from tests.cases.situations import Expectation, Situation, delivery, situations
from tests.e2e.configuration import connection, post_delivery, tenant
from tests.e2e.conftest import Stack, running_stack
from tests.ingest.gateways import Fixture

SITUATIONS = situations()
CELLS = "select tenant, dimension, member, day, basis, measure, value from v_cells"
ACCEPTED = {200, 202}


@dataclass(frozen=True, kw_only=True)
class SituationCompany:
    """One tenant that lives through one situation, with its deliveries in the order in which they arrive."""

    id: str
    situation: Situation
    deliveries: list[Fixture]

    @property
    def token(self) -> str:
        """The company's API token."""
        return f"api-token-of-the-company-{self.id}"

    @property
    def today(self) -> date:
        """The company's day."""
        zone = self.situation.settings.get("timezone", DEFAULT_TIMEZONE)
        return datetime.now(ZoneInfo(zone)).date()


COMPANIES = [
    *(SituationCompany(id=s.id, situation=s, deliveries=[delivery(*s.events)]) for s in SITUATIONS),
    *(
        SituationCompany(id=f"{s.id}-shuffled", situation=s, deliveries=shuffled(s))
        for s in SITUATIONS
        if not s.has_equal_instants
    ),
]


@dataclass(frozen=True)
class Numbers:
    """All numbers of all companies, once every event was counted, and by company what was refused."""

    client: Any
    cells: dict[str, Cells]
    refused: dict[str, list[str]]
    _tables: dict[KpiQuery, KpiTable] = field(default_factory=dict)

    def read(self, company: SituationCompany, expectation: Expectation) -> ReadValue:
        """Read a measure from the cells' view, a KPI through the query of `hirelay kpi show`."""
        if not expectation.is_kpi:
            return measure_reading(self.cells.get(company.id, {}), expectation)
        query = query_of(expectation, company.situation, company.id, company.today)
        if query not in self._tables:
            self._tables[query] = fetch_kpis(self.client, query)
        return kpi_reading(self._tables[query], expectation)


def write_companies(folder: Path) -> Path:
    """Write the configuration of all companies and return its path."""
    tenants = []
    for company in COMPANIES:
        token = folder / f"{company.id}-token"
        token.touch(mode=0o600)
        token.write_text(company.token)
        settings = dict(company.situation.settings)
        rules = {"stages": list(settings.pop("stages", ()))}
        door = connection(folder, company.id, "standard") | rules
        tokens = {"api_tokens": [{"file": str(token)}]}
        tenants.append(tenant(folder, company.id, door, **tokens, **settings))
    path = folder / "hirelay.yaml"
    path.write_text(yaml.safe_dump({"tenants": tenants}, sort_keys=False))
    return path


def post_cost(stack: Stack, company: SituationCompany, cost: dict[str, Any]) -> int:
    """Post one cost and return the HTTP status."""
    request = urllib.request.Request(
        stack.run_file()["roles"]["gateway"]["url"] + "/v1/costs",
        data=json.dumps(cost).encode(),
        headers={"Authorization": f"Bearer {company.token}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def send_everything(stack: Stack, company: SituationCompany) -> list[str]:
    """Send the company's deliveries and costs; return those that were refused."""
    statuses = {
        f"delivery {number}": post_delivery(stack, company.id, sent, number)
        for number, sent in enumerate(company.deliveries)
    }
    for cost in company.situation.costs:
        statuses[f"cost {cost['cost_id']}"] = post_cost(stack, company, cost)
    return [f"{what}: {status}" for what, status in statuses.items() if status not in ACCEPTED]


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Numbers]:
    """Everything sent to one stack, and read once it was counted as the oracle counts it."""
    folder = tmp_path_factory.mktemp("cases")
    state = folder / "state"
    state.mkdir()
    with running_stack(state, "--config", str(write_companies(folder))) as stack:
        refused = {company.id: send_everything(stack, company) for company in COMPANIES}
        verdict = stack.verify()
        assert verdict["equal"], verdict["differences"][:3]
        client = stack.client()
        cells: dict[str, Cells] = {}
        for name, dimension, member, day, basis, measure, value in client.query(CELLS).result_rows:
            key = CellKey(name, dimension, member, day_number(day), basis)
            cells.setdefault(name, {}).setdefault(key, {})[measure] = value
        yield Numbers(client, cells, refused)


@pytest.mark.parametrize("company", COMPANIES, ids=lambda company: company.id)
def test_every_value_is_shown_as_counted_by_hand(
    numbers: Numbers, company: SituationCompany
) -> None:
    """Whether sent in one delivery or one by one in another order, every value is the one counted by hand."""
    found = (numbers.read(company, e).mismatch(e) for e in company.situation.expectations)
    differences = "\n".join(difference for difference in found if difference)

    assert numbers.refused[company.id] == []
    assert differences == ""
