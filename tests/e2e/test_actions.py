"""On the real stack: users list breaches, record actions, and find both in ClickHouse."""

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from streams.ingest.actions import path_of
from streams.local.monitoring import find_binary
from tests.e2e.conftest import Stack, wait_until
from tests.e2e.pager import Incident

ACTION_COUNTS_SQL = (
    "select action, count() from breach_actions where breach = {breach:String} group by action"
)
MEASURES_SQL = """
select accepted is not null, done is not null, actions, hours >= 0, recovered
from v_breach_actions(tenant = 'aoba', days = 14)
where breach = {breach:String}
"""


@pytest.fixture(scope="module")
def breach(stack: Stack) -> Iterator[str]:
    """The id of a lasting breach."""
    incident = Incident(stack)
    incident.add_rule()
    incident.post_decisions(passed=2, failed=98, days_ago=0)
    wait_until(lambda: len(incident.breaches()) == 1, 20)
    yield incident.breaches()[0][0]
    incident.post_decisions(passed=200, failed=0, days_ago=0)


def post_action(stack: Stack, breach: str, body: dict[str, Any], tenant: str = "aoba") -> Any:
    """Post an action with the tenant's token; return status and body of the response."""
    api = next(api for api in stack.run_file()["costs"] if api["tenant"] == tenant)
    headers = {"Authorization": f"Bearer {api['token']}"}
    url = stack.run_file()["roles"]["gateway"]["url"] + path_of(breach)
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_an_action_becomes_a_row_beside_its_breach(stack: Stack, breach: str) -> None:
    """Repeated posts count once; the board's view shows the newest action, and the measure uses the first."""
    status, body = post_action(stack, breach, {"action": "accepted", "key": "e2e"})
    again = post_action(stack, breach, {"action": "accepted", "key": "e2e"})
    done = stack.hirelay("alerts", "act", breach[:10], "done")
    wait_until(
        lambda: dict(stack.query(ACTION_COUNTS_SQL, breach=breach)) == {"accepted": 2, "done": 1},
        20,
    )

    assert (status, body["breach"], again) == (202, breach, (202, body))
    assert done.returncode == 0, done.stderr
    assert stack.query("select last_action from v_breaches where id = {id:String}", id=breach) == [
        ("done",)
    ]
    assert stack.query(MEASURES_SQL, breach=breach) == [(1, 1, 2, 1, None)]


def test_a_breach_of_another_tenant_is_not_found(stack: Stack, breach: str) -> None:
    """The token identifies the tenant; the gateway knows breaches opened after its start."""
    other = next(api["tenant"] for api in stack.run_file()["costs"] if api["tenant"] != "aoba")

    assert post_action(stack, breach, {"action": "done"}, other)[0] == 404
    assert post_action(stack, "f" * 16, {"action": "done"})[0] == 404
    status, refused = post_action(stack, breach, {"action": "dome"})
    assert (status, "did you mean `done`" in refused["message"]) == (400, True)


def test_the_command_line_shows_what_is_off_target_and_why(stack: Stack, breach: str) -> None:
    """A breach is listed with its last action and explained with its weeks; the printed command records an action."""
    listed = stack.hirelay("alerts", "list", "--json", "--lang", "en", "--tenant", "aoba")
    row = next(row for row in json.loads(listed.stdout) if row["id"] == breach)
    explained = stack.hirelay("alerts", "explain", breach[:8], "--lang", "en").stdout
    line = next(line_ for line_ in explained.splitlines() if "curl" in line_)
    result = subprocess.run(line, shell=True, capture_output=True, text=True, check=True)

    assert row["summary"] in explained and row["suggestion"] in explained
    assert "2.0%  n = 100" in explained and "┊" in explained
    assert f"?breach={breach}" in explained
    assert json.loads(result.stdout)["accepted"] == 1


def test_the_link_of_the_alert_opens_the_row(stack: Stack, breach: str) -> None:
    """The page resolves the breach to its tenant and days, and its panel contains the row."""
    page = stack.run_file()["roles"]["board"]["url"]
    with urllib.request.urlopen(f"{page}/api/breaches/{breach}", timeout=10) as response:
        where = json.load(response)
    query = f"tenant={where['tenant']}&from={where['from']}&to={where['to']}"
    with urllib.request.urlopen(
        f"{page}/api/data/{where['board']}/breaches?{query}", timeout=20
    ) as response:
        rows = json.load(response)["rows"]

    assert breach in [row[0] for row in rows]


@pytest.mark.skipif(
    find_binary("alertmanager") is None,
    reason="NOT TESTED: install prometheus-alertmanager to see a test alert arrive",
)
def test_a_test_alert_arrives(stack: Stack) -> None:
    """The test alert arrives at the stack's only Alertmanager, which notifies nobody: the command says so and ends with 1."""
    done = stack.hirelay("alerts", "test", "--lang", "en")

    assert (done.returncode, "arrived, but reaches nobody: receiver nobody" in done.stdout) == (
        1,
        True,
    )
