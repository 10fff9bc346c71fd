"""The golden season as canonical events: one batch of CloudEvents, as any system sends them."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.ingest.gateways import Fixture

HERE = Path(__file__).parent
TOKYO = ZoneInfo("Asia/Tokyo")
STAGES = {"screening": "書類選考", "first": "一次面接", "final": "最終面接", "offer": "内定"}
DECISIONS = {"strong_no": -2, "no": -1, "mixed": 0, "yes": 1, "strong_yes": 2}
ENDINGS = {
    "rejected": ("application.rejected", "company"),
    "withdrew": ("application.withdrawn", "candidate"),
    "closed": ("application.closed", "neither"),
}
INTERVIEWS = {
    "scheduled": "interview.scheduled",
    "moved": "interview.rescheduled",
    "met": "interview.completed",
    "noshow": "interview.no_show",
    "cancelled": "interview.cancelled",
}
OFFERS = {"sent", "accepted", "declined", "expired"}
TIME_LENGTH = 5  # characters of a time, 10:00


def read_rows(name: str) -> Iterator[list[str]]:
    """The cells of every line of a file, without comments."""
    for line in (HERE / name).read_text().splitlines():
        if line and not line.startswith("#"):
            yield [cell.strip() for cell in line.split("|")]


def split_time(text: str) -> tuple[str, str]:
    """Split `04-01 09:00 applied` into an instant and the rest."""
    day, _, rest = text.partition(" ")
    clock = "10:00"
    if rest[2:3] == ":":
        clock, _, rest = rest.partition(" ")
    return datetime.fromisoformat(f"2026-{day}T{clock}").replace(tzinfo=TOKYO).isoformat(), rest


def stage(name: str) -> dict[str, str]:
    """A stage by its short name."""
    return {"id": f"s-{name}", "name": STAGES[name]}


def _interview(app: str, time: str, words: list[str]) -> dict[str, Any]:
    """An interview of one hour that ends at the time of the event."""
    end = datetime.fromisoformat(time)
    return {
        "interview_id": f"{app}-{words[1]}",
        "interviewers": [{"user_id": interviewer} for interviewer in words[2:]],
        "start": end.replace(hour=end.hour - 1).isoformat(),
        "end": time,
    }


def _step_event(app: str, time: str, words: list[str]) -> tuple[str, dict[str, Any]]:
    """The event type of a step and its data besides the application."""
    verb = words[0]
    typed: tuple[str, dict[str, Any]] = (f"application.{verb}", {})
    if verb in {"applied", "reapplied"}:
        reapplication = {"is_reapplication": True} if verb == "reapplied" else {}
        typed = "application.created", {"stage": stage("screening"), **reapplication}
    elif verb in STAGES:
        typed = "application.stage_changed", {"to_stage": stage(verb)}
    elif verb in INTERVIEWS:
        typed = INTERVIEWS[verb], _interview(app, time, words)
    elif verb == "scored":
        scorecard = {
            "feedback_id": f"{app}-{words[1]}-{words[2]}",
            "interview_id": f"{app}-{words[1]}",
        }
        decision = {"interviewer_id": words[2], "decision": DECISIONS[words[3]]}
        typed = "feedback.submitted", scorecard | decision
    elif verb in ENDINGS:
        typed = ENDINGS[verb][0], {"party": ENDINGS[verb][1]}
    elif verb in OFFERS:
        amount = {"amount": int(words[1]), "currency": "JPY"} if len(words) > 1 else {}
        typed = f"offer.{verb}", {"offer_id": f"{app}-offer", **amount}
    return typed


def _employment_event(app: str, time: str, words: list[str]) -> tuple[str, dict[str, Any]] | None:
    day = time[:10]
    dated: dict[str, tuple[str, dict[str, Any]]] = {
        "joined": ("employment.started", {"start": day}),
        "left": ("employment.ended", {"end": day}),
    }
    if words[0] == "rated":
        return "employment.performance_rated", {"application_id": app, "rating": float(words[1])}
    if words[0] not in dated:
        return None
    name, data = dated[words[0]]
    return name, {"application_id": app, **data}


def _application_events(cells: list[str]) -> Iterator[dict[str, Any]]:
    app, channel, recruiter, job, *steps = cells
    applied, _ = split_time(steps[0])
    base = {
        "application": {
            "id": app,
            "job_id": job,
            "candidate_id": f"of-{app}",
            "applied_at": applied,
        },
        "channel": {"id": channel, "detail": f"{channel} A"},
        "owners": {"recruiter_id": recruiter, "hiring_manager_ids": ["m1"]},
        "dims": {"department": "開発" if job == "j1" else "営業", "location": "東京"},
    }
    for number, text in enumerate(steps):
        time, rest = split_time(text)
        words = rest.split()
        employment = _employment_event(app, time, words)
        name, data = employment if employment is not None else _step_event(app, time, words)
        if employment is None:
            data = base | data
        yield _event(f"{app}/{number}", name, time, data)


def _event(id_: str, name: str, time: str, data: dict[str, Any]) -> dict[str, Any]:
    event = {"specversion": "1.0", "id": id_, "source": "golden", "type": name, "time": time}
    return event | {"data": data}


def _job_events() -> Iterator[dict[str, Any]]:
    for job, *steps in read_rows("jobs.txt"):
        for number, text in enumerate(steps):
            time, verb = split_time(text)
            yield _event(f"{job}/{number}", f"job.{verb}", time, {"job_id": job})


def _cost_events() -> Iterator[dict[str, Any]]:
    for cost, kind, where, amount, first, last in read_rows("costs.txt"):
        scope, _, member = where.partition(" ")
        minor, currency = amount.split()
        data = {"cost_id": cost, "kind": kind, "scope": scope, "amount": int(minor)}
        data |= {"currency": currency, "period_from": f"2026-{first}", "period_to": f"2026-{last}"}
        if member:
            data["member"] = member
        yield _event(cost, "cost.recorded", split_time(first)[0], data)


def season_delivery() -> Fixture:
    """The whole season as one delivery."""
    events = [*_job_events(), *_cost_events()]
    events += [event for cells in read_rows("season.txt") for event in _application_events(cells)]
    headers = (("content-type", "application/cloudevents-batch+json"),)
    return Fixture("standard", json.dumps(events).encode(), headers)
