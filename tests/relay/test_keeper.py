"""The relay reads events as the funnel does and decides each of them once, whatever is read again."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.events import packs
from schemas.relay.balance import balance
from schemas.relay.entries import Record
from schemas.relay.policy import RelayCompany
from schemas.relay.reasons import requirement_versions
from schemas.relay.rejection_cells import rejection_changes
from schemas.relay.requirements import Requirement
from schemas.relay.tokens import invitation_id, relay_key, token, token_id
from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.configuration.yaml_document import dump_yaml
from streams.kafka.relay_ledger import decode_record, encode_record
from streams.relay.keeper import Keeper

EPOCH = date(1970, 1, 1)
KEY = "0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
POLICY = {
    "since": "2026-01-01",
    "automatic": True,
    "value": {"method": "fixed", "amount": 1_000_000},
    "redemption": 50,
}


def settings(folder: Path, **policy: Any) -> Settings:
    """Settings of one company with reason rules and this policy."""
    tenant = {
        "id": "aoba",
        "name": "青葉",
        "quarantine_key": {"env": "KEY"},
        "person_key": {"env": "KEY"},
        "connections": [
            {
                "id": "aoba-standard",
                "vendor": "standard",
                "reasons": [{"reason_name": "他社決定", "party": "candidate"}],
                "stages": [{"stage_name": "不採用", "ending": "company"}],
            }
        ],
    }
    company = {
        "tenant": "aoba",
        "page": "https://relay.example/register",
        "policies": [POLICY | policy],
    }
    (folder / "hirelay.yaml").write_text(dump_yaml({"tenants": [tenant]}))
    (folder / "relay.yaml").write_text(dump_yaml({"companies": [company]}))
    return Settings(config=folder / "hirelay.yaml", relay=folder / "relay.yaml")


class Relay:
    """A keeper with a clock that stands, and the records it has written."""

    def __init__(self, folder: Path, **policy: Any) -> None:
        """Start with the policies."""
        self.keeper = Keeper(settings(folder, **policy), {"KEY": KEY}, lambda: NOW)
        self.records: list[Record] = self.keeper.on_time()
        self.number = 0

    def tell(self, name: str, day: int = 1, test: bool = False, **data: Any) -> list[Record]:
        """Read one event."""
        self.number += 1
        return self.read(self.event(name, day, test, **data))

    def event(self, name: str, day: int, test: bool = False, **data: Any) -> dict[str, Any]:
        """One event of the company's own system."""
        return {
            "id": f"{self.number:032x}",
            "source": "urn:ats:standard:aoba:aoba-standard",
            "type": f"recruit.{name}.v1",
            "time": f"2026-05-{day:02}T00:00:00Z",
            "recordedtime": f"2026-05-{day:02}T00:00:00Z",
            "tenant": "aoba",
            "subject": "s",
            "test": test,
            "data": data,
        }

    def read(self, *events: dict[str, Any]) -> list[Record]:
        """Read one Kafka record."""
        records = self.keeper.on_message(packs.encode([json.dumps(e).encode() for e in events]))
        self.records += records
        return records

    def rejection(self, application: str, **data: Any) -> list[Record]:
        """A rejection by the company."""
        about = {"id": application, "candidate_id": f"c-{application}", "job_id": "j-1"}
        return self.tell("application.rejected", application=about, **({"party": "company"} | data))

    def registration(self, application: str, person: int, **data: Any) -> list[Record]:
        """A registration through the link of an application."""
        link = token_id(token(relay_key(KEY.encode()), invitation_id("aoba", application)))
        terms = {
            "registration_id": f"r-{person}",
            "token_id": link,
            "person": f"{person:064x}",
            "consent_id": "c",
        }
        return self.tell("relay.registered", 3, **(terms | data))

    def figures(self) -> dict[str, Any]:
        """The balance."""
        return balance(self.keeper.states["aoba"]).model_dump()


def kinds(records: list[Record]) -> list[str]:
    """The kinds of facts and entries."""
    return [part for r in records for part in (r.fact.kind, *(e.kind for e in r.entries))]


def test_a_rejection_by_the_company_is_invited_at_once(tmp_path: Path) -> None:
    """The invitation follows the rejection by itself; nobody else's ending brings one."""
    relay = Relay(tmp_path)

    assert kinds(relay.rejection("a")) == ["application", "eligible", "invited", "invited"]
    assert kinds(relay.rejection("b", reason={"name": "他社決定"})) == ["application"]
    assert (
        kinds(relay.rejection("c", party="unknown", reason={"name": "スキル不足"}))[1] == "eligible"
    )
    assert (
        relay.tell("application.rejected", application={"id": "d", "kind": "lead"}, party="company")
        == []
    )
    assert (
        relay.tell("application.rejected", test=True, application={"id": "e"}, party="company")
        == []
    )
    moved = relay.tell(
        "application.stage_changed", application={"id": "f"}, to_stage={"id": "1", "name": "不採用"}
    )
    assert "eligible" in kinds(moved)


def test_a_move_on_undoes_a_rejection_if_nothing_else_does(tmp_path: Path) -> None:
    """The standard connection reports no reopenings of its own, so that a later stage says the candidate is back."""
    relay = Relay(tmp_path)
    relay.rejection("a")

    back = relay.tell(
        "application.stage_changed",
        2,
        application={"id": "a"},
        to_stage={"id": "2", "name": "面接"},
    )

    assert kinds(back) == ["application", "ineligible"]


def test_ten_registrations_earn_a_slot_that_a_hire_redeems(tmp_path: Path) -> None:
    """The whole way, each event read twice."""
    relay = Relay(tmp_path)
    for number in range(10):
        relay.rejection(f"a{number}")
        relay.registration(f"a{number}", number)
    assert relay.figures()["granted"] == 1
    relay.tell("relay.slot_reserved", 5, slot=1, job_id="j-9")
    relay.tell("relay.slot_redeemed", 8, slot=1, application_id="h")
    relay.tell("application.hired", 9, application={"id": "h"})

    shown = relay.figures()

    assert (shown["redeemed"], shown["recovered"], shown["accrued"]) == (1, 1_000_000, 0)
    event = relay.event("application.hired", 9, application={"id": "h"})
    assert relay.read(event, event) == []
    restarted = Keeper(settings(tmp_path), {"KEY": KEY}, lambda: NOW)
    for record in relay.records:
        restarted.restore(decode_record(encode_record(record)))
    assert balance(restarted.states["aoba"]).model_dump() == shown
    assert restarted.on_time() == []


@pytest.mark.parametrize("holdout", [0, 100])
def test_the_control_group_gets_no_link(tmp_path: Path, holdout: int) -> None:
    """With a holdout of 100 % nobody is invited, with none everybody is."""
    relay = Relay(tmp_path, holdout=holdout)

    assert kinds(relay.rejection("a"))[2:] == (["withheld"] * 2 if holdout else ["invited"] * 2)


def test_a_foreign_link_never_counts(tmp_path: Path) -> None:
    """A token that this company did not issue waits for ever."""
    relay = Relay(tmp_path)
    for number in range(100):
        relay.registration("a", number, token_id=f"{number:032x}")

    assert (relay.figures()["counted"], relay.figures()["void"]) == (0, {})


def test_requirements_come_from_jobs_the_api_and_the_file(tmp_path: Path) -> None:
    """A job's own text counts from its day on unless it repeats the last one; the API adds versions, the file has the last word."""
    relay = Relay(tmp_path)
    relay.tell("job.opened", 1, job_id="j-1", requirements="必須経験5年")
    relay.tell("job.updated", 2, job_id="j-1", requirements="必須経験5年")
    relay.tell("job.updated", 3, job_id="j-1", headcount=2)
    accepted = {"job_id": "j-1", "since": "2026-05-10", "text": "必須経験3年", "accepts": "years"}
    relay.tell("requirement.recorded", 9, **accepted)
    relay.tell("requirement.recorded", 10, **(accepted | {"text": "経験3年"}))
    relay.tell("requirement.recorded", 8, **(accepted | {"text": "older"}))
    relay.tell("requirement.recorded", 4, job_id="j-2", since="2026-05-01", text="英語")
    company = RelayCompany(
        tenant="aoba",
        page="https://relay.example/register",
        policies=relay.keeper.companies["aoba"].relay.policies,
        requirements=(Requirement(job="j-2", since=date(2026, 5, 1), text="英語(日常会話)"),),
    )

    versions = requirement_versions(relay.keeper.states["aoba"], company)

    assert [(v.job, v.since.day, v.text, v.accepts) for v in versions] == [
        ("j-1", 1, "必須経験5年", None),
        ("j-1", 10, "経験3年", "years"),
        ("j-2", 1, "英語(日常会話)", None),
    ]


def test_why_a_company_rejects_is_counted_on_the_day_of_the_rejection(tmp_path: Path) -> None:
    """An undone rejection is taken back where it was counted; a reason without a factor counts nowhere."""
    relay = Relay(tmp_path)
    relay.rejection("a", reason={"name": "経験不足"})
    relay.rejection("b", reason={"name": "なんとなく"})
    relay.tell("application.reopened", 5, application={"id": "a"})

    changes = [change for record in relay.records for change in rejection_changes(record)]

    (may_1,) = {key.day for key, _ in changes}
    assert EPOCH + timedelta(days=may_1) == date(2026, 5, 1)
    assert [(key.dimension, key.member, tally) for key, tally in changes] == [
        ("total", "all", {"rejected_for_years": 1}),
        ("job", "j-1", {"rejected_for_years": 1}),
        ("total", "all", {"rejected_for_years": -1}),
        ("job", "j-1", {"rejected_for_years": -1}),
    ]


def test_people_under_two_keys_stop_the_relay(tmp_path: Path) -> None:
    """Whoever is in the ledger under an older key would count twice, so nothing is decided until the ids are moved."""
    relay = Relay(tmp_path)
    relay.rejection("a-1")
    relay.registration("a-1", 1)
    before = list(relay.records)

    with pytest.raises(Misconfigured, match="hirelay rekey --tenant aoba --apply"):
        relay.tell("relay.registered", 3, registration_id="r-2", token_id="t", person="b" * 40)

    assert relay.records == before
    assert relay.registration("a-1", 3)
