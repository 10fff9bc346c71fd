"""Somebody sees what is off target, says what was done about it, and both stand in ClickHouse: on the real stack."""

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from streams.ingest.actions import path_of
from streams.local.monitoring import installed
from tests.e2e.conftest import Stack, wait_until
from tests.e2e.pager import Incident

TAKEN = "select action, count() from breach_actions where breach = {breach:String} group by action"
MEASURED = """
select accepted is not null, done is not null, actions, hours >= 0, recovered
from v_breach_actions(tenant = 'aoba', days = 14)
where breach = {breach:String}
"""


@pytest.fixture(scope="module")
def breach(stack: Stack) -> Iterator[str]:
    """The id of a breach that goes on."""
    incident = Incident(stack)
    incident.watch()
    incident.screened(passed=2, failed=98, days_ago=0)
    wait_until(lambda: len(incident.breaches()) == 1, 20)
    yield incident.breaches()[0][0]
    incident.screened(passed=200, failed=0, days_ago=0)


def posted(stack: Stack, breach: str, body: dict[str, Any], tenant: str = "aoba") -> Any:
    """The status and content that a company with a token is answered."""
    door = next(each for each in stack.run()["costs"] if each["tenant"] == tenant)
    headers = {"Authorization": f"Bearer {door['token']}"}
    url = stack.run()["roles"]["gateway"]["url"] + path_of(breach)
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_an_action_becomes_a_row_beside_its_breach(stack: Stack, breach: str) -> None:
    """Posted twice it is one; the board's view shows the newest, and the measure knows the first."""
    status, told = posted(stack, breach, {"action": "accepted", "key": "e2e"})
    again = posted(stack, breach, {"action": "accepted", "key": "e2e"})
    done = stack.hirelay("alerts", "act", breach[:10], "done")
    wait_until(lambda: dict(stack.asked(TAKEN, breach=breach)) == {"accepted": 2, "done": 1}, 20)

    assert (status, told["breach"], again) == (202, breach, (202, told))
    assert done.returncode == 0, done.stderr
    assert stack.asked("select last_action from v_breaches where id = {id:String}", id=breach) == [
        ("done",)
    ]
    assert stack.asked(MEASURED, breach=breach) == [(1, 1, 2, 1, None)]


def test_a_breach_of_somebody_else_is_none(stack: Stack, breach: str) -> None:
    """The token tells the company; what was opened after the gateway started is known to it."""
    other = next(e["tenant"] for e in stack.run()["costs"] if e["tenant"] != "aoba")

    assert posted(stack, breach, {"action": "done"}, other)[0] == 404
    assert posted(stack, "f" * 16, {"action": "done"})[0] == 404
    status, refused = posted(stack, breach, {"action": "dome"})
    assert (status, "did you mean `done`" in refused["message"]) == (400, True)


def test_the_command_line_shows_what_is_off_target_and_why(stack: Stack, breach: str) -> None:
    """Listed with its last action, explained with its weeks; the line that it prints records an action."""
    listed = stack.hirelay("alerts", "list", "--json", "--lang", "en", "--tenant", "aoba")
    found = next(each for each in json.loads(listed.stdout) if each["id"] == breach)
    explained = stack.hirelay("alerts", "explain", breach[:8], "--lang", "en").stdout
    line = next(each for each in explained.splitlines() if "curl" in each)
    answered = subprocess.run(line, shell=True, capture_output=True, text=True, check=True)

    assert found["summary"] in explained and found["suggestion"] in explained
    assert "2.0%  n = 100" in explained and "┊" in explained
    assert f"?breach={breach}" in explained
    assert json.loads(answered.stdout)["accepted"] == 1


def test_the_link_of_the_alert_opens_the_row(stack: Stack, breach: str) -> None:
    """The page knows the company and the days, and its panel has the row."""
    page = stack.run()["roles"]["board"]["url"]
    with urllib.request.urlopen(f"{page}/api/breaches/{breach}", timeout=10) as answer:
        where = json.load(answer)
    query = f"tenant={where['tenant']}&from={where['from']}&to={where['to']}"
    with urllib.request.urlopen(
        f"{page}/api/data/{where['board']}/breaches?{query}", timeout=20
    ) as answer:
        rows = json.load(answer)["rows"]

    assert breach in [row[0] for row in rows]


@pytest.mark.skipif(
    installed("alertmanager") is None,
    reason="NOT TESTED: install prometheus-alertmanager to see a test alert arrive",
)
def test_a_test_alert_arrives(stack: Stack) -> None:
    """At the one instance of the stack, which says whom it is routed to."""
    done = stack.hirelay("alerts", "test", "--lang", "en")

    assert (done.returncode, "arrived; routed to nobody" in done.stdout) == (0, True)
