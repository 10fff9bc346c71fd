"""Breaches are listed, explained and acted upon from the command line without identifying people."""

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

from schemas.alerting.actions import ACTIONS, BreachAction, action_id
from schemas.alerting.breach import Breach
from schemas.cells import Tally
from schemas.errors import Malformed, Unavailable
from schemas.instants import EPOCH_DAY
from schemas.tenants.config import Tenancy
from sinks.alertmanager import silence_link
from streams.alerting.alert_payload import Links
from streams.cli.main import app
from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.reading.breach_weeks import WEEKS, weekly_values
from streams.tools.alerts import alertmanagers, record_action, text
from streams.tools.alerts import picture as alerts_picture
from streams.tools.alerts.read import BreachHistory, build_history
from streams.tools.alerts.text import Audience
from streams.tools.alerts.weekly_history import draw_chart
from streams.tools.costs.api_client import ApiReply
from streams.tools.tables import print_table
from tests.ingest.gateways import tenancy
from tests.schemas.alerting import test_service_levels
from tests.schemas.alerting.test_reconcile import FIRST, bad, breaches_after, good
from tests.schemas.alerting.test_rules import screened

NOW = datetime(2026, 4, 1, 3, tzinfo=UTC)
LINKS = Links(board="https://b.example/", runbook="https://r.example/")
SETTINGS = Settings(config=Path("/etc/hirelay/hirelay.yaml"), gateway_url="https://h.example/")


def make_breach(name: str = "0123456789abcdef", **changed: Any) -> Breach:
    """A breach of a channel's screening."""
    (only,) = breaches_after(bad(0), FIRST)
    return only.model_copy(update={"id": name, "told": NOW, **changed})


def make_action(breach: Breach, name: str, hours: int) -> BreachAction:
    """An action on a breach."""
    at = NOW + timedelta(hours=hours)
    return BreachAction.model_validate(
        {
            "id": action_id(breach.tenant, breach.id, name, ""),
            "tenant": breach.tenant,
            "breach": breach.id,
            "action": name,
            "at": at,
            "recorded": at,
        }
    )


def make_audience(language: str = "", companies: Tenancy | None = None) -> Audience:
    """A reader at a company in Tokyo."""
    return Audience(language=language, tenancy=companies or tenancy(), links=LINKS)


def render(breaches: list[Breach], history: BreachHistory, audience: Audience) -> str:
    """The rendered list, wide enough for one line per breach."""
    console = Console(width=200)
    with console.capture() as capture:
        print_table(text.breach_table(breaches, history, audience), console)
    return capture.get()


def test_open_ones_are_listed_newest_first() -> None:
    """Breaches are listed for one company or all; ended ones only on request, and only recent ones."""
    ended = {"state": "resolved", "ending": "recovered"}
    records = [
        make_breach("1" * 16, told=NOW - timedelta(days=2)),
        make_breach("2" * 16, told=NOW - timedelta(days=1)),
        make_breach("3" * 16, tenant="globex"),
        make_breach("4" * 16, told=NOW - timedelta(days=9), ended=NOW - timedelta(days=3), **ended),
        make_breach(
            "5" * 16, told=NOW - timedelta(days=90), ended=NOW - timedelta(days=60), **ended
        ),
    ]
    history = build_history(records, [])

    def ids(tenant: str, *, every: bool) -> str:
        return "".join(breach.id[0] for breach in history.select(tenant, NOW, ended=every))

    assert (ids("", every=False), ids("acme", every=False)) == ("321", "21")
    assert (ids("", every=True), ids("globex", every=True)) == ("3214", "3")


def test_the_newest_record_of_a_breach_is_the_one_that_is_shown() -> None:
    """Only the latest record counts, since a compacted topic may still hold older ones."""
    history = build_history([make_breach(state="opened"), make_breach(state="updated")], [])

    assert [breach.state for breach in history.breaches] == ["updated"]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("0123", "matches 2 ids: 0123456789abcdef, 0123ffff00000000"),
        ("0123456789abcdee", "did you mean `0123456789abcdef`?"),
        ("zzz", "`hirelay alerts list --all` shows their ids"),
        ("", "`hirelay alerts list --all` shows their ids"),
    ],
)
def test_an_id_that_is_none_or_several_is_refused(typed: str, says: str) -> None:
    """An unknown or ambiguous id is answered with the closest matches."""
    history = build_history([make_breach(), make_breach("0123ffff00000000")], [])
    with pytest.raises(Malformed) as error:
        history.find(typed)

    assert says in str(error.value)


def test_the_beginning_of_an_id_is_enough() -> None:
    """An id prefix is enough, as with commits; case and surrounding spaces do not matter."""
    history = build_history([make_breach(), make_breach("0123ffff00000000")], [])

    assert history.find(" 01234 ").id == history.find("0123456789ABCDEF").id == "0123456789abcdef"


def test_a_line_is_in_the_language_of_the_company_or_in_the_one_asked_for() -> None:
    """A line shows the problem, start day, severity, owner and last action in the right language."""
    breach = make_breach()
    history = build_history(
        [breach], [make_action(breach, "accepted", 1), make_action(breach, "done", 2)]
    )
    ja, en = (render([breach], history, make_audience(language)) for language in ("", "en"))

    assert all(
        text_part in ja
        for text_part in (breach.id, "2026-01-01", "警告", "媒体「doda」の書類通過率", "対応済み")
    )
    assert all(
        text_part in en
        for text_part in (breach.id, "warning", "Screening pass rate of channel", "done")
    )


def test_a_person_is_one_of_a_kind_everywhere() -> None:
    """The list, the explanation and the JSON never contain a person's id."""
    breach = make_breach(dimension="interviewer", member="user-4711")
    history = build_history([breach], [])
    outputs = [
        render([breach], history, make_audience()),
        text.as_json([breach], history, make_audience()),
        text.render_explanation(
            breach,
            history,
            make_audience(),
            [],
            record_action.curl_command(SETTINGS, None, breach.id),
        ),
    ]

    assert not [output for output in outputs if "4711" in output]
    assert all("面接官 1 名" in output for output in outputs)


def test_programs_get_every_fact() -> None:
    """The JSON has every fact, messages in the requested language, and actions in order."""
    breach = make_breach()
    history = build_history(
        [breach], [make_action(breach, "done", 2), make_action(breach, "accepted", 1)]
    )
    (row,) = json.loads(text.as_json([breach], history, make_audience("en")))

    assert (row["id"], row["member"], row["evidence"]["n"]) == (breach.id, "doda", 20)
    assert row["summary"].startswith("Screening pass rate")
    assert [entry["action"] for entry in row["actions"]] == ["accepted", "done"]


def test_everything_about_a_breach_is_said() -> None:
    """The explanation has evidence, cause, check, suggestion, weeks, actions in local time, links and the command."""
    breach = make_breach()
    history = build_history([breach], [make_action(breach, "accepted", 1)])
    (acme,) = tenancy().tenants
    command = record_action.curl_command(SETTINGS, acme, breach.id)
    output = text.render_explanation(breach, history, make_audience("en"), ["a week"], command)

    assert (
        "n = 20. 90% interval 0.0% to" in output and "At most 36.5 false alarms a year." in output
    )
    assert "Since 2026-01-01. Check first: One channel only" in output
    assert "top three rejection reasons" in output and "(talent acquisition)" in output
    assert "  a week\n" in output and "  2026-04-01 13:00  accepted\n" in output
    assert "https://b.example/?breach=0123456789abcdef" in output
    assert "https://r.example/#hirelayofftarget" in output
    assert command in output


def test_without_links_pictures_and_actions_there_are_no_empty_headings() -> None:
    """Unconfigured parts are omitted; the absence of actions is stated."""
    audience = Audience(language="ja", tenancy=Tenancy(tenants=()), links=Links())
    output = text.render_explanation(
        make_breach(), build_history([make_breach()], []), audience, [], "curl"
    )

    assert "ボード" not in output and "推移" not in output
    assert "まだありません" in output and "03:00 UTC" in output


def test_the_line_for_the_api_shows_no_secret() -> None:
    """The command reads the token from its file or environment variable."""
    (acme,) = tenancy().tenants
    of_file = acme.model_copy(
        update={"api_tokens": (acme.api_tokens[0].model_copy(update={"env": None, "file": "t"}),)}
    )
    url = "https://h.example/v1/breaches/0123456789abcdef/actions"

    assert url in record_action.curl_command(SETTINGS, acme, "0123456789abcdef")
    assert '"Authorization: Bearer $TOKEN"' in record_action.curl_command(SETTINGS, acme, "0" * 16)
    assert "Bearer $(cat /etc/hirelay/t)" in record_action.curl_command(SETTINGS, of_file, "0" * 16)


of_days = st.dictionaries(
    st.integers(0, 90), st.builds(screened, st.integers(0, 12), st.integers(0, 12)), max_size=20
)


@given(of_days)
def test_the_last_bar_is_what_the_breach_says(days: dict[int, Tally]) -> None:
    """The chart ends with the breach's value and n, and no bar exceeds the line."""
    for breach in breaches_after({FIRST + day: tally for day, tally in days.items()}, FIRST + 90):
        by_day = {date.fromordinal(FIRST + d + EPOCH_DAY): tally for d, tally in days.items()}
        weeks = weekly_values(breach, by_day)
        lines = draw_chart(breach, weeks)

        assert len(lines) == len(weeks) <= WEEKS
        assert {len(line.partition("  n = ")[0]) for line in lines} <= {53}
        if breach.evidence.n:
            assert weeks[-1].n == breach.evidence.n
            assert round(weeks[-1].value or 0, 6) == breach.evidence.value


def test_a_picture_shows_where_the_target_is() -> None:
    """The target mark is inside a bar that exceeds it and beyond a shorter one; a week without cases has no value."""
    week = timedelta(days=7)
    by_day = {date(2026, 1, 1) - 2 * week: screened(80, 20), date(2026, 1, 1): screened(20, 80)}
    (only,) = breaches_after({FIRST: screened(20, 80)}, FIRST)
    lines = draw_chart(only, weekly_values(only, by_day))

    assert [line[:10] for line in lines] == ["2025-12-18", "2025-12-25", "2026-01-01"]
    assert lines[0].count("█") == 29 and lines[0][12:].index("┃") == 15
    assert lines[1].endswith("–  n = 0")
    assert lines[2][12:].index("┊") == 15 and lines[2].endswith("20.0%  n = 100")


def test_weeks_of_few_decisions_of_one_person_are_not_shown() -> None:
    """As on the boards, fewer than five decisions of one person are not shown."""
    week = timedelta(days=7)
    by_day = {date(2026, 1, 1) - 2 * week: screened(3, 1), date(2026, 1, 1): screened(20, 80)}
    (only,) = breaches_after({FIRST: screened(20, 80)}, FIRST)
    person = only.model_copy(update={"dimension": "interviewer", "member": "u-1"})

    assert [week.value for week in weekly_values(person, by_day)] == [None, None, 0.2]
    assert weekly_values(only, by_day)[0].value == 0.75


def test_what_is_not_counted_by_days_has_no_picture() -> None:
    """A breach without daily counts is explained without a chart."""
    assert draw_chart(make_breach(), []) == []


def test_while_clickhouse_is_away_the_rest_is_said() -> None:
    """Without ClickHouse, a notice replaces the chart."""
    unreachable = Settings(clickhouse="http://127.0.0.1:1/")

    assert alerts_picture.weekly_chart(unreachable, make_breach(language="en")) == [
        "(not shown: ClickHouse does not answer)"
    ]


def test_a_silence_is_for_exactly_one_breach() -> None:
    """The Alertmanager page opens with one matcher, by the breach's own id."""
    link = silence_link("http://a.example:9093", make_breach().id)
    address, _, query = link.partition("?")

    assert address == "http://a.example:9093/#/silences/new"
    assert parse_qs(query) == {"filter": ['{breach="0123456789abcdef"}']}
    assert "%7Bbreach%3D%220123456789abcdef%22%7D" in query


@contextmanager
def alertmanager(
    *, lists_nothing: bool = False, page: bytes = b"", notifiers: str = "slack_configs: [{}]"
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that stores alerts, or accepts them and lists none, or answers with another page."""
    received: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.extend(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self._say([])

        def do_GET(self) -> None:
            if self.path == "/api/v2/status":
                text = f"receivers: [{{name: people, {notifiers}}}, {{name: log}}]"
                return self._say({"config": {"original": text}})
            (matcher,) = parse_qs(urlsplit(self.path).query)["filter"]
            routed = [{"name": "people"}, {"name": "log"}]
            matches = [
                alert
                for alert in received
                if matcher == f'test="{alert["labels"]["test"]}"' and not lists_nothing
            ]
            return self._say([{**alert, "receivers": routed} for alert in matches])

        def _say(self, content: Any) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(page or json.dumps(content).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        server.server_close()


def test_a_test_alert_arrives_and_ends_by_itself() -> None:
    """A test alert says that no action is needed, is no incident, and ends after two minutes."""
    with alertmanager() as (address, received):
        outcome = alertmanagers.send_test_alert(address, "acme", "ja", NOW, lambda _: None)
    (sent,) = received

    assert outcome == alertmanagers.TestOutcome(address=address, receivers=("people", "log"))
    assert (sent["labels"]["alertname"], sent["labels"]["severity"]) == ("HirelayTest", "info")
    assert (sent["startsAt"], sent["endsAt"]) == (
        NOW.isoformat(),
        (NOW + timedelta(minutes=2)).isoformat(),
    )
    assert "対応は不要" in sent["annotations"]["summary"]
    assert text.render_outcome(outcome, "ja") == f"{address}  届きました。宛先: people, log"


def test_an_alert_that_reaches_nobody_is_said() -> None:
    """A receiver without a notifier reaches nobody, which is a failure, even where the alert arrived."""
    with alertmanager(notifiers="webhook_configs: []") as (address, _):
        outcome = alertmanagers.send_test_alert(address, "acme", "en", NOW, lambda _: None)
    output = text.render_outcome(outcome, "en")

    assert outcome.failed
    assert "reaches nobody: receiver people, log has no notifier" in output
    with pytest.raises(Unavailable, match="cannot be read"):
        alertmanagers.notifying_receivers("receivers: [")


def test_what_does_not_arrive_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alerts that an instance drops, and instances that are unreachable, are reported."""
    monkeypatch.setattr(alertmanagers, "TIMEOUT_S", 0.2)
    with alertmanager(lists_nothing=True) as (address, _):
        dropped = alertmanagers.send_test_alert(address, "", "en", NOW, lambda _: None)
    unreachable = alertmanagers.send_test_alert(address, "", "en", NOW, lambda _: None)

    assert "does not list it" in text.render_outcome(dropped, "en")
    assert "did not arrive: " in text.render_outcome(unreachable, "en")
    with pytest.raises(Misconfigured, match="HIRELAY_ALERTMANAGERS is empty"):
        alertmanagers.addresses(Settings(alertmanagers=""))


def test_a_page_to_log_in_at_is_no_alertmanager() -> None:
    """A proxy that answers everything with success does not count as delivery."""
    with alertmanager(page=b"<html>log in") as (address, _):
        outcome = alertmanagers.send_test_alert(address, "", "en", NOW, lambda _: None)

    assert "did not arrive: " in text.render_outcome(outcome, "en")
    assert "not an Alertmanager response" in outcome.problem


def test_an_action_is_posted_as_the_api_takes_it() -> None:
    """Omitted fields are not sent, the result is the id, and an unknown action is not sent."""
    sent: list[bytes] = []

    def send(_api: Any, body: bytes) -> ApiReply:
        sent.append(body)
        return ApiReply(status=202, content={"accepted": 1, "ids": ["i"]})

    api = record_action.Api(url="x", token="t")

    assert record_action.record(api, record_action.request_body("done", None, None), send) == "i"
    assert [json.loads(body) for body in sent] == [{"action": "done"}]
    with pytest.raises(Misconfigured, match="did you mean `accepted`"):
        record_action.request_body("aksepted", None, None)
    for name in ACTIONS:
        assert json.loads(record_action.request_body(name, "t", "k")) == {
            "action": name,
            "at": "t",
            "key": "k",
        }


@pytest.mark.parametrize("words", ["list", "explain x", "act x done", "test", "silence-link x"])
def test_without_kafka_and_alertmanager_it_is_one_clear_line(words: str) -> None:
    """An error states what is unreachable or what to set, without a traceback."""
    environ = {"HIRELAY_KAFKA": "127.0.0.1:1", "HIRELAY_ALERTMANAGERS": ""}
    result = CliRunner().invoke(app, ["alerts", *words.split()], env=environ)

    assert type(result.exception).__name__ in {"Unavailable", "Misconfigured"}


@pytest.mark.parametrize("name", ["80e7", "0123456789abcdef"])
def test_a_misspelt_company_is_not_taken_for_a_misspelt_id(name: str) -> None:
    """The error names the company rather than the id as the one to correct."""
    result = CliRunner().invoke(app, ["alerts", "act", name, "done", "--tenant", "acmee"])

    assert "did you mean `acme`" in str(result.exception)


def test_good_and_bad_weeks_end_it() -> None:
    """An ended breach states how it ended instead of what to check."""
    (over,) = breaches_after(bad(0) | good(1), FIRST + 1, breaches_after(bad(0), FIRST))
    output = text.render_explanation(
        over, build_history([over], []), make_audience("en"), [], "curl"
    )

    assert "Resolved: " in output and "It is back on target." in output and "recovered" in output


def test_a_service_level_is_drawn_as_cases() -> None:
    """The chart shows the overdue cases at the end of each week: none, then one, then two."""
    (late,) = test_service_levels.breaches_after([(0, None), (8, None)], 14)
    days = {
        date.fromordinal(day + EPOCH_DAY): tally
        for day, tally in test_service_levels.cells([(0, None), (8, None)]).items()
    }

    assert [(week.value, week.n) for week in weekly_values(late, days)] == [(0, 1), (1, 1), (2, 2)]
    assert draw_chart(late, weekly_values(late, days))[-1].endswith("2  n = 2")
