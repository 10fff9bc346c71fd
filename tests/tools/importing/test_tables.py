"""Each kind of table yields its events with the values of its columns."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.tools.importing.samples import (
    events_of,
    identity_columns,
    open_sample,
    read_rows,
    types_and_times,
)


def data(import_source: Any, kind: str) -> dict[str, Any]:
    """The data of the only event of that type."""
    (event,) = [event for event in events_of(import_source) if event.type == kind]
    value: dict[str, Any] = json.loads(event.data)
    return value


def test_one_row_yields_a_whole_application(tmp_path: Path) -> None:
    """応募から採用まで: a row yields its application, move and hire, each on its own day."""
    import_source = open_sample(
        tmp_path,
        "応募ID,求人,応募日,応募経路,採用担当,選考段階,選考段階日,採用決定日,入社日\n"
        "A-1,エンジニア,2026/04/01 10:30,ビズリーチ,u-9,最終面接,2026/04/20,2026/05/01,2026/07/01\n",
    )

    assert types_and_times(import_source) == [
        ("application.created", "2026-04-01T01:30:00+00:00"),
        ("application.stage_changed", "2026-04-20T14:00:00+00:00"),
        ("application.hired", "2026-05-01T14:45:00+00:00"),
    ]
    created = data(import_source, "application.created")
    assert created["application"] == {
        "id": "A-1",
        "job_id": "エンジニア",
        "job_name": "エンジニア",
        "applied_at": "2026-04-01T01:30:00Z",
    }
    assert created["channel"]["id"] == "ビズリーチ"
    assert created["owners"] == {"recruiter_id": "u-9"}
    assert data(import_source, "application.stage_changed")["to_stage"] == {
        "id": "最終面接",
        "name": "最終面接",
    }
    assert data(import_source, "application.hired")["start_date"] == "2026-07-01"


def test_a_day_without_a_time_is_marked(tmp_path: Path) -> None:
    """An event without a time of day is marked as `assumed`."""
    fields = ("application_id", "applied_at")
    text = f"{','.join(fields)}\na-1,2026-04-01\na-2,2026-04-01 10:30\n"
    events = events_of(
        open_sample(tmp_path, text, kind="applications", **identity_columns(*fields))
    )

    assert [json.loads(event.envelope("csv"))["timequality"] for event in events] == [
        "assumed",
        "exact",
    ]


def test_the_outcome_determines_the_party(tmp_path: Path) -> None:
    """不採用 is by the company, 辞退 by the candidate, 充足 by neither; values of the map take precedence."""
    fields = ("application_id", "applied_at", "outcome", "ended_at", "reason")
    rows = ["不採用", "辞退", "充足", "NG", "選考中", ""]
    lines = [
        f"a-{n},2026-04-01,{word},{'2026-04-09' if word not in {'選考中', ''} else ''},理由"
        for n, word in enumerate(rows)
    ]
    text = "\n".join((",".join(fields), *lines))
    import_source = open_sample(
        tmp_path,
        text,
        kind="applications",
        values={"outcome": {"NG": "candidate"}},
        **identity_columns(*fields),
    )
    ended = [
        (event.type, json.loads(event.data)["party"])
        for event in events_of(import_source)
        if event.type != "application.created"
    ]

    assert ended == [
        ("application.rejected", "company"),
        ("application.withdrawn", "candidate"),
        ("application.closed", "neither"),
        ("application.withdrawn", "candidate"),
    ]


def test_a_reason_alone_leaves_the_party_to_the_worker(tmp_path: Path) -> None:
    """Without an outcome the party is unknown; the worker derives it from the tenant's reasons."""
    fields = ("application_id", "applied_at", "ended_at", "reason")
    text = f"{','.join(fields)}\na-1,2026-04-01,2026-04-09,連絡取れず\n"
    import_source = open_sample(tmp_path, text, kind="applications", **identity_columns(*fields))
    ended = data(import_source, "application.rejected")

    assert (ended["party"], ended["reason"]) == ("unknown", {"name": "連絡取れず"})


def test_a_withdrawal_after_the_hire(tmp_path: Path) -> None:
    """承諾後辞退: both the hire and the withdrawal become events."""
    fields = ("application_id", "applied_at", "hired_at", "withdrawn_at")
    text = f"{','.join(fields)}\na-1,2026-04-01,2026-05-01,2026-06-01\n"
    import_source = open_sample(tmp_path, text, kind="applications", **identity_columns(*fields))

    assert sorted(event.type for event in events_of(import_source)) == [
        "application.created",
        "application.hired",
        "application.withdrawn",
    ]


def test_a_history_of_stages(tmp_path: Path) -> None:
    """Moves of one day without a time stand in the order of the rows, whatever their names."""
    fields = ("application_id", "stage", "entered_at")
    text = f"{','.join(fields)}\na-1,一次面接,2026-04-01\na-1,技術課題,2026-04-01\n"
    events = events_of(
        open_sample(tmp_path, text, kind="stage_history", **identity_columns(*fields))
    )
    ordered = sorted(events, key=lambda event: event.at)

    assert [json.loads(event.data)["to_stage"]["name"] for event in ordered] == [
        "一次面接",
        "技術課題",
    ]


def test_interviews(tmp_path: Path) -> None:
    """An interview is scheduled, and then completed, missed or cancelled; it may have several 面接官."""
    fields = ("application_id", "start", "end", "scheduled_at", "interviewers", "status")
    text = (
        f"{','.join(fields)}\n"
        'a-1,2026-04-02 10:00,2026-04-02 11:00,2026-04-01 09:00,"u-1、u-2",実施済\n'
        "a-2,2026-04-03 10:00,,,u-1,無断欠席\n"
        "a-3,2026-04-04 10:00,,,u-1,予定\n"
    )
    import_source = open_sample(tmp_path, text, kind="interviews", **identity_columns(*fields))

    assert types_and_times(import_source) == [
        ("interview.scheduled", "2026-04-01T00:00:00+00:00"),
        ("interview.completed", "2026-04-02T02:00:00+00:00"),
        ("interview.scheduled", "2026-04-03T01:00:00+00:00"),
        ("interview.no_show", "2026-04-03T01:00:00+00:00"),
        ("interview.scheduled", "2026-04-04T01:00:00+00:00"),
    ]
    interview = data(import_source, "interview.completed")
    assert [interviewer["user_id"] for interviewer in interview["interviewers"]] == ["u-1", "u-2"]
    assert interview["start"] == "2026-04-02T01:00:00Z"


def test_an_interview_with_a_row_for_each_interviewer(tmp_path: Path) -> None:
    """Two rows of one interview become one interview with two interviewers, not a conflict."""
    text = (
        "面接ID,応募ID,面接日時,面接官ID,状態\n"
        "i-1,a-1,2026/04/02 10:00,u-1,実施済\ni-1,a-1,2026/04/02 10:00,u-2,実施済\n"
    )
    interview = data(open_sample(tmp_path, text), "interview.completed")

    assert [interviewer["user_id"] for interviewer in interview["interviewers"]] == ["u-1", "u-2"]


def test_a_numeric_decision_needs_the_map(tmp_path: Path) -> None:
    """A numeric decision needs an entry in the map."""
    fields = ("application_id", "interviewer_id", "submitted_at", "decision")
    text = f"{','.join(fields)}\na-1,u-1,2026-04-02,1\n"
    unconfigured = open_sample(tmp_path, text, kind="feedback", **identity_columns(*fields))
    (refused,) = [problem for reading in read_rows(unconfigured) for problem in reading.problems]
    configured = open_sample(
        tmp_path, text, kind="feedback", values={"decision": {1: -2}}, **identity_columns(*fields)
    )

    assert "“1” has no meaning in the map" in refused.message
    assert data(configured, "feedback.submitted")["decision"] == -2


def test_scorecards(tmp_path: Path) -> None:
    """◎ and × are known values; letters mean what the map says."""
    fields = ("application_id", "interviewer_id", "submitted_at", "decision")
    text = f"{','.join(fields)}\na-1,u-1,2026-04-02,◎\na-1,u-2,2026-04-02,×\na-1,u-3,2026-04-02,B\n"
    import_source = open_sample(
        tmp_path, text, kind="feedback", values={"decision": {"B": 1}}, **identity_columns(*fields)
    )

    assert [json.loads(event.data)["decision"] for event in events_of(import_source)] == [2, -1, 1]


def test_offers(tmp_path: Path) -> None:
    """内定: sent, then accepted or declined, with its amount in yen."""
    text = (
        "応募ID,内定日,承諾日,辞退日,金額\n"
        'a-1,2026/04/20,2026/04/25,,"¥6,000,000"\n'
        "a-2,2026/04/21,,2026/04/30,600万円\n"
    )
    import_source = open_sample(tmp_path, text)

    assert [event.type for event in events_of(import_source)] == [
        *("offer.sent", "offer.accepted", "offer.sent", "offer.declined"),
    ]
    amounts = [json.loads(amount.data) for amount in events_of(import_source)]
    assert {(event["amount"], event["currency"]) for event in amounts} == {(6_000_000, "JPY")}


def test_an_answer_in_one_column(tmp_path: Path) -> None:
    """With one column for the answer and one for its date, the answer determines the event."""
    fields = ("application_id", "sent_at", "answer", "answered_at")
    text = f"{','.join(fields)}\na-1,2026-04-01,承諾,2026-04-05\n"
    import_source = open_sample(tmp_path, text, kind="offers", **identity_columns(*fields))

    assert [event.type for event in events_of(import_source)] == ["offer.sent", "offer.accepted"]


def test_hires_and_employment(tmp_path: Path) -> None:
    """採用決定, 入社, 評価 and 退職 become events of their application."""
    hires = open_sample(tmp_path, "応募ID,採用決定日,入社日\na-1,2026/05/01,2026/07/01\n")
    hired = data(hires, "application.hired")
    text = "応募ID,入社日,退職日,人事評価,評価日\na-1,2026/07/01,2027/01/31,3.5,2026/12/31\n"
    joined = open_sample(tmp_path, text)

    assert hired["start_date"] == "2026-07-01"
    assert [event.type for event in events_of(joined)] == [
        *("employment.started", "employment.performance_rated", "employment.ended"),
    ]
    assert data(joined, "employment.ended") == {
        "application_id": "a-1",
        "start": "2026-07-01",
        "end": "2027-01-31",
    }
    assert data(joined, "employment.performance_rated")["rating"] == 3.5


def test_costs(tmp_path: Path) -> None:
    """A cost of a 媒体 uses the name of the channel in the applications."""
    text = "金額,媒体,掲載開始日,掲載終了日\n\uff11200000,ビズリーチ,2026/04/01,2026/06/30\n"
    import_source = open_sample(
        tmp_path,
        text,
        kind="costs",
        columns={
            "amount": "金額",
            "channel": "媒体",
            "period_from": "掲載開始日",
            "period_to": "掲載終了日",
        },
        constants={"scope": "channel", "cost_kind": "media", "currency": "JPY"},
    )
    cost = data(import_source, "cost.recorded")

    assert len(cost.pop("cost_id")) == 24
    assert cost == {
        "amount": 1_200_000,
        "currency": "JPY",
        "scope": "channel",
        "member": "ビズリーチ",
        "kind": "media",
        "period_from": "2026-04-01",
        "period_to": "2026-06-30",
    }


def test_a_day_of_23_hours_holds_all_of_its_events(tmp_path: Path) -> None:
    """On the day clocks go forward, an outcome without a time stays on its day."""
    fields = ("application_id", "hired_at")
    text = f"{','.join(fields)}\na-1,2026-03-29\n"
    import_source = open_sample(
        tmp_path, text, kind="hires", timezone="Europe/Berlin", **identity_columns(*fields)
    )

    assert types_and_times(import_source) == [("application.hired", "2026-03-29T21:45:00+00:00")]


PERSONIO = """Candidate ID,Candidate name,Application ID,Application date,Application channel,Final phase,Final phase date,Final status,Final status date,Application rejection reason
77,Mara Muster,9001,2026-04-01,LinkedIn,Interview,2026-04-10,Rejected,2026-04-20,Skills
"""
HERP = """応募ID,応募時刻,名前,応募経路,選考ステップ,募集職種
41,2026/04/01 10:00,山田 花子,求人媒体,書類選考,営業
"""


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (
            PERSONIO,
            {
                "candidate_id": "Candidate ID",
                "application_id": "Application ID",
                "applied_at": "Application date",
                "channel": "Application channel",
                "stage": "Final phase",
                "stage_at": "Final phase date",
                "outcome": "Final status",
                "ended_at": "Final status date",
                "reason": "Application rejection reason",
            },
        ),
        (
            HERP,
            {
                "application_id": "応募ID",
                "applied_at": "応募時刻",
                "channel": "応募経路",
                "stage": "選考ステップ",
                "job_name": "募集職種",
            },
        ),
    ],
)
def test_headers_that_vendors_publish_are_known(
    tmp_path: Path, text: str, columns: dict[str, str]
) -> None:
    """Tables with the headers of Personio and, beside an id, of HERP Hire need no map, and names of people are not read."""
    table = open_sample(tmp_path, text)

    assert (table.kind, table.columns) == ("applications", columns)
    assert [reading.problems for reading in read_rows(table)] == [()]
