"""The weekly digest lists what missed its target or changed, and says how much of the list may be false."""

import json
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np

from schemas.alerting.rule import AlertRule
from schemas.cells import Tally
from schemas.instants import day_number
from schemas.planning.periods import local_date
from schemas.tenants.business_hours import no_holiday
from streams.tools.alerts.digest import Digest, read_digest
from streams.tools.alerts.digest_text import digest_json, digest_lines
from tests.schemas.alerting.test_changes import change
from tests.schemas.alerting.test_rules import rule, screened

TODAY = date(2026, 4, 1)
LAST = day_number(TODAY)
Members = dict[str, dict[int, Tally]]


def digest(rules: list[AlertRule], members: Members) -> Digest:
    """The digest of the four weeks up to today, of rules that all watch these members."""
    rows = [
        (member, local_date(day), measure, n)
        for member, days in members.items()
        for day, tally in days.items()
        for measure, n in tally.items()
    ]
    client: Any = SimpleNamespace(query=lambda *_, **__: SimpleNamespace(result_rows=rows))
    return read_digest(client, rules, (TODAY, 28), {}, 0.1)


def company(rng: np.random.Generator, fallen: tuple[str, ...] = ()) -> Members:
    """Thirty channels at 40 % with 20 decisions a week; the fallen ones pass 15 % in the last four weeks."""
    members: Members = {}
    for number in range(30):
        name = f"channel-{number}"
        days = members.setdefault(name, {})
        for day in range(LAST - 200, LAST + 1):
            passed = int(rng.binomial(3, 0.15 if name in fallen and day > LAST - 28 else 0.4))
            days[day] = screened(passed, 3 - passed)
    return members


def test_what_fell_is_listed_with_the_strongest_first() -> None:
    """Two of thirty channels fell; both are listed, by the rule on their target and by the rule on changes."""
    watched = [rule(dimension="channel"), change(kpi="screen_pass_rate", dimension="channel")]
    listed = digest(watched, company(np.random.default_rng(1), ("channel-3", "channel-7")))
    lines = [*digest_lines(listed, "en")]

    assert {row.member for row in listed.rows} == {"channel-3", "channel-7"}
    assert {row.rule.kind for row in listed.rows} == {"threshold", "change"}
    assert listed.series == 60
    assert lines[0].startswith("2026-03-05 – 2026-04-01: 4 of 60 series; on average at most 10%")
    assert 'of channel "channel-' in lines[1]
    assert [row.evidence for row in listed.rows] == sorted(
        (row.evidence for row in listed.rows), reverse=True
    )


def test_a_quiet_company_has_an_empty_digest() -> None:
    """Where nothing fell, most digests list nothing."""
    rng = np.random.default_rng(2)
    lists = [digest([rule(dimension="channel")], company(rng)).rows for _ in range(10)]

    assert sum(bool(rows) for rows in lists) <= 1


def test_a_channel_that_fell_silent_is_listed() -> None:
    """A count has evidence too: nothing arrived for three weeks where 20 in four weeks are demanded."""
    days: dict[int, Tally] = {day: {"applications": 1} for day in range(LAST - 300, LAST - 21)}
    few = rule(kpi="applications", dimension="channel", at_least=20)

    assert [row.member for row in digest([few], {"doda": days}).rows] == ["doda"]
    assert few.window_e_values({"doda": days}, LAST - 400, LAST, no_holiday) == {}


def test_a_person_is_not_named() -> None:
    """Of recruiters, text and JSON say the role alone."""
    members = {f"user-{name}": days for name, days in company(np.random.default_rng(3)).items()}
    for day in range(LAST - 27, LAST + 1):
        members["user-channel-1"][day] = screened(0, 3)
    listed = digest([rule(dimension="recruiter")], members)
    (document,) = json.loads(digest_json([listed]))

    assert "user-" not in "".join(digest_lines(listed, "ja")) + digest_json([listed])
    assert [(row["dimension"], row["member"]) for row in document["listed"]] == [
        ("recruiter", None)
    ]
