"""The situations of `tests/cases` on a real stack: gateway, Kafka, worker, ClickHouse, and what `hirelay kpi show` reads."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

import pytest

from schemas.cells import CellKey, Cells
from schemas.instants import day_number
from streams.reading.kpis import KpiQuery, KpiTable, fetch_kpis
from tests.cases.counting import shuffled
from tests.cases.readings import ReadValue, kpi_reading, measure_reading, query_of
from tests.cases.situations import Expectation, delivery
from tests.e2e.companies import COMPANIES, SituationCompany
from tests.e2e.configuration import post_delivery
from tests.e2e.conftest import Stack

CELLS = "select tenant, dimension, member, day, basis, measure, value from v_cells"
ACCEPTED = {200, 202}


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
    """Send the company's events in the hardest order that its situation allows, and its costs; return what was refused."""
    situation = company.situation
    whole = [delivery(*situation.events)]
    deliveries = whole if situation.has_equal_instants else shuffled(situation)
    statuses = {
        f"delivery {number}": post_delivery(stack, company.id, sent, number)
        for number, sent in enumerate(deliveries)
    }
    for cost in situation.costs:
        statuses[f"cost {cost['cost_id']}"] = post_cost(stack, company, cost)
    return [f"{what}: {status}" for what, status in statuses.items() if status not in ACCEPTED]


@pytest.fixture(scope="module")
def numbers(configured_stack: Stack) -> Numbers:
    """Everything sent to one stack, and read once it was counted as the oracle counts it."""
    refused = {company.id: send_everything(configured_stack, company) for company in COMPANIES}
    verdict = configured_stack.verify()
    assert verdict["equal"], verdict["differences"][:3]
    client = configured_stack.client()
    cells: dict[str, Cells] = {}
    for name, dimension, member, day, basis, measure, value in client.query(CELLS).result_rows:
        key = CellKey(name, dimension, member, day_number(day), basis)
        cells.setdefault(name, {}).setdefault(key, {})[measure] = value
    return Numbers(client, cells, refused)


@pytest.mark.parametrize("company", COMPANIES, ids=lambda company: company.id)
def test_every_value_is_shown_as_counted_by_hand(
    numbers: Numbers, company: SituationCompany
) -> None:
    """Sent one by one in another order (or in one delivery, where instants are equal), every value is the one counted by hand."""
    found = (numbers.read(company, e).mismatch(e) for e in company.situation.expectations)
    differences = "\n".join(difference for difference in found if difference)

    assert numbers.refused[company.id] == []
    assert differences == ""
