"""Acts about what an application depends on: its job, seat, pipeline, candidate, and its costs."""

from typing import Any

from tests.independent.companies import stage
from tests.independent.teller import Teller

PIPELINE = ("s-ap", "s-sc", "s-i2", "s-i1", "s-te", "s-fin", "s-of", "s-ac", "s-hi")


def job(teller: Teller) -> None:
    """A job is opened, held, closed or described."""
    dice = teller.dice
    name = dice.choice(["j1", "j1", "j2"])
    for kind in dice.choices(["opened", "opened", "paused", "closed", "updated"], k=2):
        teller.put(
            f"job.{kind}",
            {
                "job_id": name,
                "department": teller.maybe("開発部", 0.3),
                "location": teller.maybe("東京", 0.2),
            },
            name,
        )
        teller.wait()


def seat(teller: Teller) -> None:
    """A seat of a job is opened or closed."""
    kind = teller.dice.choice(["opened", "opened", "closed", "filled"])
    teller.put(f"opening.{kind}", {"opening_id": "op1", "job_id": "j1"}, "op1")


def pipeline(teller: Teller) -> None:
    """The stages of the job are defined, in an order, perhaps with a milestone for a stage without a known name."""
    dice = teller.dice
    numbered = dice.random() < 0.6
    stages: list[dict[str, Any]] = []
    for order, name in enumerate(PIPELINE[: dice.randint(4, len(PIPELINE))]):
        entry: dict[str, Any] = stage(name)
        if numbered and dice.random() < 0.9:
            entry["order"] = (order + 1) * 10
        stages.append(entry)
    if dice.random() < 0.4:
        stages.append({**stage("s-hold"), "milestone": dice.choice(["interview_n", "screening"])})
    data = {"pipeline_id": "pl1", "job_id": dice.choice(["j1", "j1", "j2"]), "stages": stages}
    teller.put("pipeline.defined", data, "pl1")


def renamed(teller: Teller) -> None:
    """A stage of the job's pipeline gets another id."""
    old, new = teller.dice.sample(["s-i1", "s-i1b", "s-i2", "s-hold"], 2)
    moves = [{"from_id": old, "to_id": new}]
    teller.put("pipeline.remapped", {"pipeline_id": "pl1", "job_id": "j1", "moves": moves}, "pl1")


def merged(teller: Teller) -> None:
    """Two records of candidates become one."""
    loser, winner = teller.dice.sample(["c1", "c2", "c3"], 2)
    teller.put("candidate.merged", {"from_id": loser, "into_id": winner}, loser)


def deleted(teller: Teller) -> None:
    """A candidate or the application is deleted, or a candidate is anonymised."""
    dice = teller.dice
    candidate = dice.choice(["c1", "c1", "c2"])
    kind = dice.choice(["candidate", "application", "anonymized", "anonymized"])
    if kind == "candidate":
        teller.put("candidate.deleted", {"candidate_id": candidate}, candidate)
    elif kind == "application":
        teller.tell("application.deleted", cause=dice.choice(["application", "candidate"]))
    else:
        fields = dice.choice([["candidate_stage_data"], ["full_name"]])
        teller.put("candidate.anonymized", {"candidate_id": candidate, "fields": fields}, candidate)


def cost_of_hire(teller: Teller) -> None:
    """A fee for this application, perhaps corrected."""
    dice = teller.dice
    for version in range(1, dice.randint(1, 2) + 1):
        teller.put(
            dice.choice(["cost.recorded", "cost.recorded", "cost.reversed"]),
            {
                "cost_id": "fee",
                "version": version,
                "amount": dice.choice([900_000, -450_000, 100_001]),
                "currency": dice.choice(["JPY", "JPY", "USD"]),
                "scope": "hire",
                "member": "a1",
                "previous_member": "a1" if version > 1 else None,
                "period_from": "2026-04-20",
                "period_to": teller.maybe("2026-05-01", 0.3),
                "kind": "agency_fee",
            },
        )
