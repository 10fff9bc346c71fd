"""Tests edge cases of Greenhouse's snapshots."""

import json
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from schemas.errors import Malformed
from schemas.events.envelope import Event, short_type
from tests.ingest.gateways import Fixture, translated
from tests.vendors.folding import folded_cells, total_counts
from tests.vendors.mutations import named

ENDINGS = ("rejected", "withdrawn", "closed")
FOLDER = Path(__file__).parent / "greenhouse"


def changed(name: str, **application: object) -> bytes:
    """Return a fixture's body with changed application fields."""
    body = json.loads((FOLDER / f"{name}.json").read_bytes())
    body["payload"]["application"].update(application)
    return json.dumps(body).encode()


def only_event(body: bytes) -> Event:
    """Return the only event of a delivery."""
    (event,) = translated(body).events
    return event


def data(event: Event) -> Any:
    """Return the event's data, untyped."""
    return event.data


def test_a_second_move_is_another_event() -> None:
    """A candidate who returns to a stage entered it twice."""
    first = only_event(changed("candidate_stage_change"))
    second = only_event(changed("candidate_stage_change", last_activity_at="2015-03-01T00:00:00Z"))

    assert first.id != second.id


def test_hire_and_offer_update_agree() -> None:
    """An acceptance reported by both hire and offer is one acceptance."""
    hire = translated((FOLDER / "hire_candidate.json").read_bytes())
    offer = json.loads((FOLDER / "offer_created.json").read_bytes())["payload"]
    offer.update(
        id="506409", application_id="46194062", version=2, resolved_at="2014-11-20T22:49:14Z"
    )
    update = translated(json.dumps({"action": "offer_updated", "payload": offer}).encode())
    accepted = [
        event.id
        for event in (*hire.events, *update.events)
        if short_type(event.type) == "offer.accepted"
    ]

    assert accepted == [accepted[0]] * 2


def test_channel_names_are_one() -> None:
    """媒体 written in full width or with extra spaces is the same channel."""
    wide = changed(
        "new_candidate_application", source={"id": 5, "public_name": "Ｇｒｅｅｎ　 転職 "}
    )

    assert data(only_event(wide)).channel.id == "Green 転職"


def test_channel_without_name() -> None:
    """A channel without a name is identified by its id."""
    bare = changed("new_candidate_application", source={"id": 5, "name": None})

    assert data(only_event(bare)).channel.id == "#5"


def test_an_application_without_stage_or_jobs() -> None:
    """An application may arrive before it has a job, a source or a stage."""
    bare = changed(
        "new_candidate_application", source=None, jobs=None, current_stage=[], candidate=[]
    )
    created = data(only_event(bare))

    assert (created.channel, created.stage, created.application.job_id) == (None, None, None)


def test_prefix_keeps_two_systems_apart() -> None:
    """Ids of two systems of one company do not collide."""
    body = (FOLDER / "candidate_stage_change.json").read_bytes()
    (event,) = translated(body, (), "acme-prefixed").events
    moved = data(event)

    assert (event.subject, moved.application.id, event.test) == ("gh-265277", "gh-265277", True)
    assert (moved.owners.recruiter_id, moved.to_stage.id) == ("gh-3128", "71416")


def test_an_interview_is_completed_once() -> None:
    """An interview in several snapshots is completed once."""
    body = (FOLDER / "candidate_stage_change__interviews.json").read_text()
    later = body.replace("2015-02-09T16:38:36Z", "2015-02-12T00:00:00Z").replace(
        "awaiting_feedback", "complete"
    )
    completed = {
        event.id
        for snapshot in (body, later)
        for event in translated(snapshot.encode()).events
        if short_type(event.type) == "interview.completed"
    }

    assert len(completed) == 1


@pytest.mark.parametrize(
    ("first", "second", "ending"),
    [
        ("They rejected us", "We rejected them", "rejected"),
        ("We rejected them", "They rejected us", "withdrawn"),
        ("We rejected them", "None specified", "closed"),
    ],
)
def test_a_corrected_rejection(first: str, second: str, ending: str) -> None:
    """The latest rejection reason decides the ending, in any order of arrival."""
    name = "reject_candidate__they_rejected_us"
    deliveries = [
        Fixture(
            "greenhouse",
            changed(
                name,
                last_activity_at=f"2015-02-1{day}T15:50:41Z",
                rejection_reason={"id": day, "name": "x", "type": {"id": 1, "name": party}},
            ),
        )
        for day, party in ((1, first), (2, second))
    ]
    counts = total_counts(deliveries)

    assert counts == total_counts(deliveries[::-1])
    assert [name for name in ENDINGS if name in counts] == [ending]


def test_a_corrected_reason_of_one_party() -> None:
    """A corrected reason is a new event even with the same party, because the mapping may differ."""
    name = "reject_candidate__they_rejected_us"
    kinds = {"id": 2, "name": "They rejected us"}
    first, second = (
        only_event(changed(name, rejection_reason={"id": number, "name": "x", "type": kinds}))
        for number in (1, 2)
    )

    assert first.id != second.id


@pytest.mark.parametrize("later", ["application", "prospect"])
def test_the_latest_kind_counts(later: str) -> None:
    """The latest kind, prospect or application, counts even if both have the same creation time."""
    deliveries = [
        Fixture(
            "greenhouse",
            changed(
                "new_candidate_application",
                prospect=prospect,
                last_activity_at=f"2015-02-1{int(prospect == (later == 'prospect'))}T00:00:00Z",
            ),
        )
        for prospect in (True, False)
    ]

    assert total_counts(deliveries) == total_counts(deliveries[::-1])
    assert ("applications" in total_counts(deliveries)) == (later == "application")


def test_equal_rejections_are_told_apart_by_their_delivery() -> None:
    """Of two rejections with equal bodies each is an event, in the order of their ids; a redelivery is none."""
    body = named("greenhouse/reject_candidate").body
    undone = named("greenhouse/unreject_candidate__repeated")
    first, second = (
        Fixture("greenhouse", body, (("greenhouse-event-id", number),))
        for number in ("3000", "3002")
    )
    sent = [event for each in (first, undone, second, second) for event in each.translated().events]

    assert len({event.id for event in sent}) == 3
    assert [event.sequence for event in sent] == ["3000", "3001", "3002", "3002"]


def test_a_delivery_id_that_is_no_number_gives_no_order() -> None:
    """Only a number says which of two deliveries came first."""
    body = named("greenhouse/reject_candidate").body
    (event,) = translated(body, (("greenhouse-event-id", "5f2b-9c0e"),)).events

    assert event.sequence is None


def test_an_unhire_has_its_stage() -> None:
    """The stage to which an application returns when its hire is undone is kept."""
    (event,) = named("greenhouse/unhire_candidate").translated().events

    assert data(event).stage.name == "Application Review"


def test_interviewers_have_their_answers() -> None:
    """An interviewer's answer to the invitation is kept, so that one who declined is not credited."""
    _, *interviews = named("greenhouse/candidate_stage_change__interviews").translated().events

    assert [[who.response for who in data(event).interviewers] for event in interviews] == [
        ["tentative"],
        ["accepted"],
    ]
    assert {data(event).stage.id for event in interviews} == {"71416"}


def test_errors_contain_no_values() -> None:
    """The error of a broken delivery contains no personal data."""
    with pytest.raises(Malformed) as caught:
        translated(changed("candidate_stage_change", id={"secret": "Taro"}))

    assert "Taro" not in str(caught.value)


def test_interviewers_who_declined_are_not_credited() -> None:
    """The answer to the invitation decides who was there."""
    body = named("greenhouse/candidate_stage_change__interviews").body

    def credited(body: bytes) -> set[str]:
        folded = folded_cells([Fixture("greenhouse", body)])
        return {key.member for key in folded if key.dimension == "interviewer"}

    (declining,) = credited(body) - credited(body.replace(b"accepted", b"declined"))
    _, *interviews = translated(body).events
    answers = {
        who.user_id: who.response for event in interviews for who in data(event).interviewers
    }
    assert answers[declining] == "accepted"


def test_an_unhired_application_is_in_its_stage_again() -> None:
    """After an unhire the application is in the stage that Greenhouse says it is in."""
    hired = named(
        "greenhouse/hire_candidate",
        payload__application__id=265293,
        payload__application__last_activity_at="2015-03-01T00:00:00Z",
    )
    counts = total_counts([hired, named("greenhouse/unhire_candidate")])

    assert "hired" not in counts
    assert counts["entered.screening"] == 1


@pytest.mark.parametrize(
    "fields", [["all_offer_versions"], ["candidate_stage_data", "all_offer_versions"]]
)
@pytest.mark.parametrize("erased_first", [True, False])
def test_offers_of_anonymised_people_were_made(fields: list[str], erased_first: bool) -> None:
    """Greenhouse reports the erased offers as deleted, before or after the anonymisation; they were made all the same."""
    applied = named("greenhouse/new_candidate_application", payload__application__id=46194062)
    candidate_id = json.loads(applied.body)["payload"]["application"]["candidate"]["id"]
    offered = named(
        "greenhouse/offer_created", payload__application_id=46194062, payload__id=506406
    )
    deleted = named("greenhouse/offer_deleted")
    erased = named(
        "greenhouse/candidate_anonymized",
        payload__candidate_id=candidate_id,
        payload__anonymized_fields=fields,
    )
    last = [erased, deleted] if erased_first else [deleted, erased]

    assert total_counts([applied, offered, *last]) == total_counts([applied, offered])
    assert "offers_made" not in total_counts([applied, offered, deleted])


def test_a_rejection_undone_and_made_again_at_one_instant() -> None:
    """Delivery ids tell the order of what happened within one second, in any order of arrival."""
    body = named("greenhouse/reject_candidate").body
    undone = named("greenhouse/unreject_candidate__repeated")
    first, second = (
        Fixture("greenhouse", body, (("greenhouse-event-id", number),))
        for number in ("3000", "3002")
    )

    assert "rejected" not in total_counts([first, undone])
    assert "rejected" not in total_counts([undone, first])
    for order in permutations((first, undone, second)):
        assert total_counts(order)["rejected"] == 1


def test_an_undoing_of_what_nobody_told_shows_the_stage() -> None:
    """If the rejection was before the webhooks, its undoing still says in which stage the application is."""
    assert total_counts([named("greenhouse/unreject_candidate")])["entered.offer"] == 1
