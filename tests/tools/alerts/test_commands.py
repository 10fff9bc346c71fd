"""What is off target is listed, explained and acted upon from the command line, and nobody is named."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from schemas.alerting.actions import ACTIONS, BreachAction, identity
from schemas.alerting.breach import Breach
from schemas.cells import Tally
from schemas.errors import Malformed
from schemas.instants import EPOCH_DAY
from schemas.tenants.config import Tenancy
from streams.alerting.alert_payload import Links
from streams.cli.main import app
from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.tools.alerts import alertmanagers, record_action, text
from streams.tools.alerts import picture as alerts_picture
from streams.tools.alerts.read import BreachHistory, held
from streams.tools.alerts.text import Audience
from streams.tools.alerts.weekly_history import WEEKS, picture, waits, windows
from streams.tools.costs.api_client import ApiReply
from tests.ingest.gateways import tenancy
from tests.schemas.alerting import test_service_levels
from tests.schemas.alerting.test_reconcile import FIRST, bad, good, told
from tests.schemas.alerting.test_rules import screened

NOW = datetime(2026, 4, 1, 3, tzinfo=UTC)
LINKS = Links(board="https://b.example/", runbook="https://r.example/")
SETTINGS = Settings(config=Path("/etc/hirelay/hirelay.yaml"), gateway_url="https://h.example/")


def breach(name: str = "0123456789abcdef", **changed: Any) -> Breach:
    """One of the screening of a channel."""
    (only,) = told(bad(0), FIRST)
    return only.model_copy(update={"id": name, "told": NOW, **changed})


def action(about: Breach, what: str, hours: int) -> BreachAction:
    """Something that was done."""
    at = NOW + timedelta(hours=hours)
    return BreachAction.model_validate(
        {
            "id": identity(about.tenant, about.id, what, ""),
            "tenant": about.tenant,
            "breach": about.id,
            "action": what,
            "at": at,
            "recorded": at,
        }
    )


def reader(language: str = "", of: Tenancy | None = None) -> Audience:
    """Somebody at a company in Tokyo."""
    return Audience(language=language, tenancy=of or tenancy(), links=LINKS)


def printed(breaches: list[Breach], known: BreachHistory, who: Audience) -> str:
    """The list as it is shown, wide enough for one line a breach."""
    console = Console(width=200)
    with console.capture() as shown:
        console.print(text.table(breaches, known, who))
    return shown.get()


def test_open_ones_are_listed_newest_first() -> None:
    """Of one company or of all; those that ended only when asked for, and not for ever."""
    ended = {"state": "resolved", "ending": "recovered"}
    records = [
        breach("1" * 16, told=NOW - timedelta(days=2)),
        breach("2" * 16, told=NOW - timedelta(days=1)),
        breach("3" * 16, tenant="globex"),
        breach("4" * 16, told=NOW - timedelta(days=9), ended=NOW - timedelta(days=3), **ended),
        breach("5" * 16, told=NOW - timedelta(days=90), ended=NOW - timedelta(days=60), **ended),
    ]
    known = held(records, [])

    def ids(tenant: str, *, every: bool) -> str:
        return "".join(each.id[0] for each in known.of(tenant, NOW, ended=every))

    assert (ids("", every=False), ids("acme", every=False)) == ("321", "21")
    assert (ids("", every=True), ids("globex", every=True)) == ("3214", "3")


def test_the_newest_record_of_a_breach_is_the_one_that_is_shown() -> None:
    """As the compacted topic may still hold older ones."""
    known = held([breach(state="opened"), breach(state="updated")], [])

    assert [each.state for each in known.breaches] == ["updated"]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("0123", "begins 2 ids: 0123456789abcdef, 0123ffff00000000"),
        ("0123456789abcdee", "did you mean `0123456789abcdef`?"),
        ("zzz", "`hirelay alerts list --all` shows their ids"),
        ("", "`hirelay alerts list --all` shows their ids"),
    ],
)
def test_an_id_that_is_none_or_several_is_refused(typed: str, says: str) -> None:
    """With those that were probably meant."""
    known = held([breach(), breach("0123ffff00000000")], [])
    with pytest.raises(Malformed) as caught:
        known.find(typed)

    assert says in str(caught.value)


def test_the_beginning_of_an_id_is_enough() -> None:
    """As with commits; capitals and blanks that came with a copy do not matter."""
    known = held([breach(), breach("0123ffff00000000")], [])

    assert known.find(" 01234 ").id == known.find("0123456789ABCDEF").id == "0123456789abcdef"


def test_a_line_is_in_the_language_of_the_company_or_in_the_one_asked_for() -> None:
    """What, since when, how bad, whose to do, and what was done last."""
    one = breach()
    known = held([one], [action(one, "accepted", 1), action(one, "done", 2)])
    ja, en = (printed([one], known, reader(each)) for each in ("", "en"))

    assert all(
        w in ja for w in (one.id, "2026-01-01", "警告", "媒体「doda」の書類通過率", "対応済み")
    )
    assert all(w in en for w in (one.id, "warning", "Screening pass rate of channel", "done"))


def test_a_person_is_one_of_a_kind_everywhere() -> None:
    """In the list, in full and for programs: never whose id it is."""
    one = breach(dimension="interviewer", member="user-4711")
    known = held([one], [])
    shown = [
        printed([one], known, reader()),
        text.as_json([one], known, reader()),
        text.explained(one, known, reader(), [], record_action.curl(SETTINGS, None, one.id)),
    ]

    assert not [each for each in shown if "4711" in each]
    assert all("面接官 1 名" in each for each in shown)


def test_programs_get_every_fact() -> None:
    """With the sentences in the language asked for, and what was done in its order."""
    one = breach()
    known = held([one], [action(one, "done", 2), action(one, "accepted", 1)])
    (found,) = json.loads(text.as_json([one], known, reader("en")))

    assert (found["id"], found["member"], found["evidence"]["n"]) == (one.id, "doda", 20)
    assert found["summary"].startswith("Screening pass rate")
    assert [each["action"] for each in found["actions"]] == ["accepted", "done"]


def test_everything_about_a_breach_is_said() -> None:
    """Evidence, cause, check, suggestion, weeks, actions by the company's clock, links, and how to record an action."""
    one = breach()
    known = held([one], [action(one, "accepted", 1)])
    (acme,) = tenancy().tenants
    line = record_action.curl(SETTINGS, acme, one.id)
    shown = text.explained(one, known, reader("en"), ["a week"], line)

    assert "n = 20. 90 % interval 0.0% to" in shown and "P(off target) >99.9%" in shown
    assert "Since 2026-01-01. Look first: One channel only" in shown
    assert "top three rejection reasons" in shown and "(talent acquisition)" in shown
    assert "  a week\n" in shown and "  2026-04-01 13:00  accepted\n" in shown
    assert "https://b.example/?breach=0123456789abcdef" in shown
    assert "https://r.example/#hirelayofftarget" in shown
    assert line in shown


def test_without_links_pictures_and_actions_there_are_no_empty_headings() -> None:
    """What is not configured is not mentioned; that nothing was done yet is."""
    who = Audience(language="ja", tenancy=Tenancy(tenants=()), links=Links())
    shown = text.explained(breach(), held([breach()], []), who, [], "curl")

    assert "ボード" not in shown and "推移" not in shown
    assert "まだありません" in shown and "03:00 UTC" in shown


def test_the_line_for_the_api_shows_no_secret() -> None:
    """The token is read where it is kept, from a file or from the environment."""
    (acme,) = tenancy().tenants
    of_file = acme.model_copy(
        update={"api_tokens": (acme.api_tokens[0].model_copy(update={"env": None, "file": "t"}),)}
    )
    url = "https://h.example/v1/breaches/0123456789abcdef/actions"

    assert url in record_action.curl(SETTINGS, acme, "0123456789abcdef")
    assert '"Authorization: Bearer $TOKEN"' in record_action.curl(SETTINGS, acme, "0" * 16)
    assert "Bearer $(cat /etc/hirelay/t)" in record_action.curl(SETTINGS, of_file, "0" * 16)


of_days = st.dictionaries(
    st.integers(0, 90), st.builds(screened, st.integers(0, 12), st.integers(0, 12)), max_size=20
)


@given(of_days)
def test_the_last_bar_is_what_the_breach_says(days: dict[int, Tally]) -> None:
    """The picture ends with the value and the n of the breach; no bar is longer than the line."""
    for each in told({FIRST + day: tally for day, tally in days.items()}, FIRST + 90):
        by_day = {date.fromordinal(FIRST + d + EPOCH_DAY): tally for d, tally in days.items()}
        found = windows(each, by_day)
        lines = picture(each, found)

        assert len(lines) == len(found) <= WEEKS
        assert {len(line.partition("  n = ")[0]) for line in lines} <= {53}
        if each.evidence.n:
            assert found[-1].n == each.evidence.n
            assert round(found[-1].value or 0, 6) == each.evidence.value


def test_a_picture_shows_where_the_target_is() -> None:
    """Better than it the mark stands in the bar, worse than it beyond; a week without cases has no value."""
    week = timedelta(days=7)
    by_day = {date(2026, 1, 1) - 2 * week: screened(80, 20), date(2026, 1, 1): screened(20, 80)}
    (only,) = told({FIRST: screened(20, 80)}, FIRST)
    lines = picture(only, windows(only, by_day))

    assert [line[:10] for line in lines] == ["2025-12-18", "2025-12-25", "2026-01-01"]
    assert lines[0].count("█") == 29 and lines[0][12:].index("┃") == 15
    assert lines[1].endswith("-  n = 0")
    assert lines[2][12:].index("┊") == 15 and lines[2].endswith("20.0%  n = 100")


def test_weeks_of_few_decisions_of_one_person_are_not_shown() -> None:
    """As on the boards: whom fewer than five decisions are known of is not judged by them."""
    week = timedelta(days=7)
    by_day = {date(2026, 1, 1) - 2 * week: screened(3, 1), date(2026, 1, 1): screened(20, 80)}
    (only,) = told({FIRST: screened(20, 80)}, FIRST)
    person = only.model_copy(update={"dimension": "interviewer", "member": "u-1"})

    assert [each.value for each in windows(person, by_day)] == [None, None, 0.2]
    assert windows(only, by_day)[0].value == 0.75


def test_what_is_not_counted_by_days_has_no_picture() -> None:
    """A kind of breach that knows more than days is explained without one."""
    assert picture(breach(), []) == []


def test_while_clickhouse_is_away_the_rest_is_said() -> None:
    """In place of the picture stands why there is none."""
    gone = Settings(clickhouse="http://127.0.0.1:1/")

    assert alerts_picture.weeks(gone, breach(), "en") == ["(not shown: ClickHouse does not answer)"]


def test_a_silence_is_for_exactly_one_breach() -> None:
    """The page of Alertmanager opens with one matcher, by the breach's own id."""
    link = alertmanagers.silence_link("http://a.example:9093", breach())
    address, _, query = link.partition("?")

    assert address == "http://a.example:9093/#/silences/new"
    assert parse_qs(query) == {"filter": ['{breach="0123456789abcdef"}']}
    assert "%7Bbreach%3D%220123456789abcdef%22%7D" in query


@contextmanager
def alertmanager(
    *, deaf: bool = False, page: bytes = b""
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """One that holds what it is told, or takes everything and shows nothing, or a page of another kind."""
    kept: list[dict[str, Any]] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.extend(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self._say([])

        def do_GET(self) -> None:
            (wanted,) = parse_qs(urlsplit(self.path).query)["filter"]
            routed = [{"name": "people"}, {"name": "log"}]
            found = [e for e in kept if wanted == f'test="{e["labels"]["test"]}"' and not deaf]
            self._say([{**each, "receivers": routed} for each in found])

        def _say(self, content: Any) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(page or json.dumps(content).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", kept
    finally:
        server.shutdown()
        server.server_close()


def test_a_test_alert_arrives_and_ends_by_itself() -> None:
    """It says that nothing needs to be done, goes nowhere as an incident, and is over after two minutes."""
    with alertmanager() as (address, kept):
        found = alertmanagers.tested(address, "acme", "ja", NOW, lambda _: None)
    (sent,) = kept

    assert found == alertmanagers.TestOutcome(address=address, receivers=("people", "log"))
    assert (sent["labels"]["alertname"], sent["labels"]["severity"]) == ("HirelayTest", "info")
    assert (sent["startsAt"], sent["endsAt"]) == (
        NOW.isoformat(),
        (NOW + timedelta(minutes=2)).isoformat(),
    )
    assert "対応は不要" in sent["annotations"]["summary"]
    assert text.outcome(found, "ja") == f"{address}  届きました。宛先: people, log"


def test_what_does_not_arrive_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """An instance that swallows it, and one that is not there."""
    monkeypatch.setattr(alertmanagers, "PATIENCE_S", 0.2)
    with alertmanager(deaf=True) as (address, _):
        swallowed = alertmanagers.tested(address, "", "en", NOW, lambda _: None)
    gone = alertmanagers.tested(address, "", "en", NOW, lambda _: None)

    assert "does not show it" in text.outcome(swallowed, "en")
    assert "did not arrive: " in text.outcome(gone, "en")
    with pytest.raises(Misconfigured, match="HIRELAY_ALERTMANAGERS is empty"):
        alertmanagers.addresses(Settings(alertmanagers=""))


def test_a_page_to_log_in_at_is_no_alertmanager() -> None:
    """A proxy that answers everything with success has told nobody."""
    with alertmanager(page=b"<html>log in") as (address, _):
        found = alertmanagers.tested(address, "", "en", NOW, lambda _: None)

    assert "did not arrive: " in text.outcome(found, "en")
    assert "no answer of an Alertmanager" in found.problem


def test_an_action_is_posted_as_the_api_takes_it() -> None:
    """What is left out is left out; the answer is the id; a word that is none is not sent."""
    sent: list[bytes] = []

    def send(_api: Any, body: bytes) -> ApiReply:
        sent.append(body)
        return ApiReply(status=202, content={"accepted": 1, "ids": ["i"]})

    api = record_action.Api(url="x", token="t")

    assert record_action.act(api, record_action.body("done", None, None), send) == "i"
    assert [json.loads(each) for each in sent] == [{"action": "done"}]
    with pytest.raises(Misconfigured, match="did you mean `accepted`"):
        record_action.body("aksepted", None, None)
    for each in ACTIONS:
        assert json.loads(record_action.body(each, "t", "k")) == {
            "action": each,
            "at": "t",
            "key": "k",
        }


@pytest.mark.parametrize("words", ["list", "explain x", "act x done", "test", "silence-link x"])
def test_without_kafka_and_alertmanager_it_is_one_clear_line(words: str) -> None:
    """No traceback: a condition that says what is away, or what to set."""
    given = {"HIRELAY_KAFKA": "127.0.0.1:1", "HIRELAY_ALERTMANAGERS": ""}
    result = CliRunner().invoke(app, ["alerts", *words.split()], env=given)

    assert type(result.exception).__name__ in {"Unavailable", "Misconfigured"}


@pytest.mark.parametrize("name", ["80e7", "0123456789abcdef"])
def test_a_misspelt_company_is_not_taken_for_a_misspelt_id(name: str) -> None:
    """Who acts is told which of the two to correct."""
    result = CliRunner().invoke(app, ["alerts", "act", name, "done", "--tenant", "acmee"])

    assert "did you mean `acme`" in str(result.exception)


def test_good_and_bad_weeks_end_it() -> None:
    """An ended breach says how it ended instead of what to look at."""
    (over,) = told(bad(0) | good(1), FIRST + 1, told(bad(0), FIRST))
    shown = text.explained(over, held([over], []), reader("en"), [], "curl")

    assert "Resolved: " in shown and "It is back on target." in shown and "recovered" in shown


def test_a_service_level_is_drawn_as_cases() -> None:
    """How many had waited for too long at the end of each week: none, then one, then two."""
    (late,) = test_service_levels.told([(0, None), (8, None)], 14)
    days = {
        date.fromordinal(day + EPOCH_DAY): tally
        for day, tally in test_service_levels.cells([(0, None), (8, None)]).items()
    }

    assert [(each.value, each.n) for each in waits(late, days)] == [(0, 1), (1, 1), (2, 2)]
    assert picture(late, waits(late, days))[-1].endswith("2  n = 2")
