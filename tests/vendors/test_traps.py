"""The 28 traps of recruiting webhooks, each a test: numbered and named as the product's list of them."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import date, timedelta

import httpx
import pytest

from schemas.events.envelope import short
from schemas.tenants.business_hours import office
from schemas.tenants.config import StageRule, Tenancy
from streams.configuration.settings import Settings
from streams.ingest.http.server import create_app
from streams.ingest.quarantine import encryption
from streams.ingest.vendor import Vendor
from streams.ingest.vendors import VENDORS
from streams.tools.connect.status import ConnectionStatus
from tests.fakes import NOON, ListPublisher, SetClock
from tests.ingest import gateways
from tests.vendors.folding import cells, summed, totals
from tests.vendors.mutations import named

Fixture = gateways.Fixture
DAY = timedelta(days=1)


def ids(delivery: Fixture, later: timedelta = timedelta()) -> list[str]:
    """The ids of its events when it arrives `later` than noon."""
    return [event.id for event in delivery.translated(later=later).events]


def rules(vendor: str, *stages: StageRule, **tenant: object) -> Tenancy:
    """The tenancy of the tests with stages of one connection mapped, and other settings of its tenant."""
    acme = gateways.tenancy().tenants[0]
    connections = [
        each.model_copy(update={"stages": stages}) if each.id == f"acme-{vendor}" else each
        for each in acme.connections
    ]
    changed = {"connections": tuple(connections), **tenant}
    return Tenancy(tenants=(acme.model_copy(update=changed),))


@pytest.fixture
def publisher() -> ListPublisher:
    """A list in place of Kafka."""
    return ListPublisher()


@pytest.fixture
async def client(publisher: ListPublisher) -> AsyncIterator[httpx.AsyncClient]:
    """A sender."""
    app = create_app(Settings(), gateways.configuration(), publisher, SetClock())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as sender:
        yield sender


async def post(
    client: httpx.AsyncClient, delivery: Fixture, door: str = "", secret: str | None = None
) -> httpx.Response:
    """A delivery, signed as its vendor signs, at a door of the tenant."""
    body, headers = gateways.signed(delivery, secret=secret)
    address = f"/hooks/{delivery.vendor}/acme-{door or delivery.vendor}"
    return await client.post(address, content=body, headers=headers)


def test_01_a_snapshot_without_its_previous_stage() -> None:
    """Two moves told as one pass what was left; what may have lain between is not made up."""
    counts = summed([named("workable/candidate_created"), named("workable/candidate_moved")])

    assert counts == {
        "applications": 1,
        "entered.applied": 1,
        "passed.applied": 1,
        "entered.interview_1": 1,
    }


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_02_a_redelivery_after_eight_days(vendor: Vendor) -> None:
    """The same delivery, however late, is the same facts; the same move at another time is another fact."""
    for path in gateways.files(vendor.name):
        delivery = gateways.fixture(path)
        if "error" not in gateways.expectation(delivery):
            assert ids(delivery) == ids(delivery, later=8 * DAY), path.name
    again = {"payload__application__last_activity_at": "2015-03-01T00:00:00Z"}
    assert ids(named("greenhouse/candidate_stage_change")) != ids(
        named("greenhouse/candidate_stage_change", **again)
    )


def test_03_a_stale_snapshot_that_comes_late() -> None:
    """An older state that arrives after a newer one moves nobody back."""
    created, older = named("workable/candidate_created"), named("workable/candidate_moved")
    newer = named(
        "workable/candidate_moved",
        data__stage="最終面接",
        data__updated_at="2026-03-20T20:02:42Z",
        fired_at="2026-03-20T20:02:42.310Z",
    )
    in_order = cells([created, older, newer])

    assert in_order == cells([created, newer, older])
    assert totals(in_order)[date(2026, 3, 21)] == {
        "passed.interview_1": 1,
        "entered.final_interview": 1,
    }


def test_04_one_hire_told_three_times() -> None:
    """Ashby tells a hire by three webhooks, Lever by two, Greenhouse tells its offer twice: one hire, one offer."""
    ashby = summed(
        [
            named("ashby/applicationSubmit"),
            named("ashby/candidateHire"),
            named("ashby/candidateStageChange__hired"),
            named("ashby/offerUpdate"),
        ]
    )
    lever = summed(
        [
            named("lever/applicationCreated"),
            named("lever/candidateHired"),
            named("lever/candidateArchiveChange", triggeredAt=1773194400500),
        ]
    )

    assert (ashby["hired"], ashby["offers_made"], ashby["offers_accepted"]) == (1, 1, 1)
    assert lever["hired"] == 1
    assert "rejected" not in lever | ashby


def test_05_what_was_taken_back_is_taken_back() -> None:
    """An un-reject leaves no rejection, an un-hire no hire, a move back no pass."""
    rejected = [named("greenhouse/reject_candidate"), named("greenhouse/unreject_candidate")]
    rehired = named(
        "greenhouse/hire_candidate",
        payload__application__id=265293,
        payload__application__last_activity_at="2015-03-01T00:00:00Z",
    )
    hired = [rehired, named("greenhouse/unhire_candidate")]
    back = named(
        "workable/candidate_moved",
        data__stage="Applied",
        data__stage_kind="applied",
        data__updated_at="2026-03-20T20:02:42Z",
    )
    moved = [named("workable/candidate_created"), named("workable/candidate_moved"), back]

    assert "rejected" in summed(rejected[:1])
    assert "rejected" not in summed(rejected)
    assert "hired" in summed(hired[:1])
    assert "hired" not in summed(hired)
    assert summed(moved) == {"applications": 1, "entered.applied": 1}


def test_06_merged_candidates() -> None:
    """After a merge the loser's applications go where the winner goes, also when an event of the loser comes late."""
    into = "cccccccc-0000-4000-8000-000000000002"
    merge, submit = named("ashby/candidateMerge"), named("ashby/applicationSubmit")
    late = named("ashby/candidateStageChange")
    gone = named("ashby/candidateDelete", data__candidate__id=into)
    retract = rules("ashby", deleted_candidates="retract")

    assert summed([submit, merge, late])["applications"] == 1
    assert summed([submit, merge, gone, late], retract) == {}
    assert summed([gone, late, merge, submit], retract) == {}


def test_07_deleted_and_anonymised_people() -> None:
    """What was decided stays counted when a person is erased; Greenhouse's resets after it change nothing."""
    told = [named("ashby/applicationSubmit"), named("ashby/candidateStageChange")]
    move = named("greenhouse/candidate_stage_change")
    erased = named(
        "greenhouse/candidate_anonymized",
        payload__candidate_id=265772,
        payload__anonymized_fields=["full_name", "candidate_stage_data"],
    )
    reset = named(
        "greenhouse/application_updated",
        payload__application__id=265277,
        payload__application__candidate__id=265772,
        payload__application__applied_at="2026-04-02T00:00:00Z",
        payload__application__last_activity_at="2026-04-02T00:00:00Z",
    )

    assert cells([*told, named("ashby/candidateDelete")]) == cells(told)
    assert cells([move, erased, reset]) == cells([move])


def test_08_stages_are_known_by_id() -> None:
    """A renamed stage stays what it was, two stages of one name are two, an exchanged plan moves nobody."""
    hold = "55555555-0000-4000-8000-00000000000"
    first = StageRule(stage_id=f"{hold}1", milestone="screening")
    second = StageRule(stage_id=f"{hold}2", milestone="assessment")
    submit = named(
        "ashby/applicationSubmit", data__application__currentInterviewStage__title="Hold"
    )
    move = named(
        "ashby/candidateStageChange", data__application__currentInterviewStage__title="Hold"
    )
    exchanged = named("ashby/interviewPlanTransition")
    after = named(
        "ashby/applicationUpdate",
        data__application__updatedAt="2026-04-02T00:00:00.000Z",
        data__application__currentInterviewStage__id="55555555-0000-4000-8000-000000000021",
        data__application__currentInterviewStage__title="Take 2",
    )
    counts = summed([submit, move], rules("ashby", first, second))

    assert (counts["entered.screening"], counts["entered.assessment"]) == (1, 1)
    assert summed([submit, move, exchanged, after], rules("ashby", first, second)) == counts


def test_09_a_mapping_that_changes_later() -> None:
    """A rule is in force on its days alone; another mapping counts as if it had always been there."""
    stage = "2ca03d97-d4f2-4a97-89de-96c8b0d07924"
    told = [named("lever/applicationCreated"), named("lever/candidateStageChange")]
    dated = (
        StageRule(stage_id=stage, milestone="casual", until=date(2026, 3, 3)),
        StageRule(stage_id=stage, milestone="assessment", since=date(2026, 3, 3)),
    )

    assert "entered.unmapped" in summed(told)
    assert "entered.assessment" in summed(told, rules("lever", *dated))
    assert "entered.casual" in summed(
        told, rules("lever", StageRule(stage_id=stage, milestone="casual"))
    )


async def test_10_tests_and_greetings(client: httpx.AsyncClient, publisher: ListPublisher) -> None:
    """A vendor's test is answered and counts nothing; events of a test connection are marked, and count nothing."""
    for name in (
        *("greenhouse/ping", "ashby/ping", "ashby/ping__bare", "lever/verify_connection"),
        *("recruitee/test", "recruitee/test__payload"),
    ):
        assert (await post(client, named(name))).status_code == 200, name
    shaken = await client.post(
        "/hooks/smartrecruiters/acme-smartrecruiters", headers={"X-Hook-Secret": "5f2b9c0e"}
    )
    asked = await client.options(
        "/hooks/standard/acme-events", headers={"WebHook-Request-Origin": "ats.example.com"}
    )
    assert shaken.headers["X-Hook-Secret"] == "5f2b9c0e"
    assert asked.headers["WebHook-Allowed-Origin"] == "ats.example.com"
    assert publisher.events + publisher.entries == []

    await post(client, named("greenhouse/candidate_stage_change"), "prefixed")
    assert [event.test for event in publisher.events] == [True]


async def test_11_a_secret_that_is_not_known_yet(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """Before the vendor has shown its secret, tests are answered, and everything else is kept."""
    ping = await post(client, named("greenhouse/ping"), "pending", secret="who knows this secret")
    move = await post(
        client, named("greenhouse/candidate_stage_change"), "pending", "who knows this secret"
    )

    assert (ping.status_code, move.status_code) == (200, 200)
    assert [entry.reason for entry in publisher.entries] == ["pending_secret"]


async def test_12_a_vendor_that_does_not_retry(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """A new Ashby connection keeps what it cannot verify, sealed and whole; nothing is answered 404."""
    submit = named("ashby/applicationSubmit")
    kept = await post(client, submit, "ashby-lenient", secret="another secret than ours")
    entry = publisher.entries[0]
    door = gateways.configuration().doors["ashby", "acme-ashby-lenient"]

    assert gateways.vendor("ashby").on_bad_signature == "quarantine"
    assert (kept.status_code, entry.reason) == (200, "bad_signature")
    assert encryption.open_sealed(door.quarantine_key, entry.sealed or "")[1] == submit.body


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
async def test_13_a_missing_signature_is_401(client: httpx.AsyncClient, vendor: Vendor) -> None:
    """Whoever does not sign, or signs with nothing, is told 401, never 500."""
    address = f"/hooks/{vendor.name}/acme-{vendor.name}"
    for headers in ({}, {"Signature": ""}, {"TT-Signature": "e30="}, {"webhook-signature": "v1"}):
        answer = await client.post(address, content=b'{"event": 1}', headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (401, "bad_signature")


async def test_14_raw_bytes_are_signed(client: httpx.AsyncClient) -> None:
    """What is verified are the bytes as they came, escapes and spaces included; and they have a size limit."""
    move = named("greenhouse/candidate_stage_change")
    escaped = Fixture(
        "greenhouse", json.dumps(json.loads(move.body), indent=2).encode().replace(b"x", b"\\u0078")
    )
    large = Fixture("greenhouse", b'{"action": "' + b"x" * 2_000_001 + b'"}')

    assert (await post(client, escaped)).json()["accepted"] == 1
    assert (await post(client, large)).status_code == 413


async def test_15_bodies_that_nobody_signs(client: httpx.AsyncClient) -> None:
    """Where the signature leaves out the body, a token counts for one body alone, and the address may be secret."""
    hired = named("lever/candidateHired")
    body, headers = gateways.signed(hired)
    forged = {**json.loads(body), "data": {"opportunityId": "another"}}
    address = "/hooks/lever/acme-lever"
    first = await client.post(address, content=body, headers=headers)
    again = await client.post(address, content=body, headers=headers)
    other = await client.post(address, content=json.dumps(forged).encode(), headers=headers)
    locked = await client.post("/hooks/lever/acme-lever-locked", content=body, headers=headers)
    opened = await client.post(
        "/hooks/lever/acme-lever-locked/an-address-key", content=body, headers=headers
    )

    assert [each.status_code for each in (first, again, other)] == [200, 200, 401]
    assert [each.status_code for each in (locked, opened)] == [401, 200]


def test_16_where_candidates_come_from() -> None:
    """媒体 is read under each name a vendor has for it, may be corrected later, and unknown ones are seen."""
    public = named(
        "greenhouse/new_candidate_application",
        payload__application__source={"id": 5, "public_name": "doda"},
    )
    plain = named(
        "greenhouse/new_candidate_application",
        payload__application__source={"id": 5, "name": "doda"},
    )
    edited = named(
        "ashby/applicationUpdate",
        data__application__source={"id": "5", "title": "社員紹介"},
        data__application__updatedAt="2026-03-03T00:00:00.000Z",
    )

    def channels(*told: Fixture) -> set[str]:
        return {key.member for key in cells(told) if key.dimension == "channel"}

    assert channels(public) == channels(plain) == {"doda"}
    assert channels(named("ashby/applicationSubmit")) == {"LinkedIn"}
    assert channels(named("ashby/applicationSubmit"), edited) == {"社員紹介"}
    assert channels(named("lever/applicationCreated")) == {"unknown"}


def test_17_who_interviews_and_who_assesses() -> None:
    """Shadows are not counted, a panel's scorecards are each interviewer's own, a deleted one is none."""
    held = cells([named("ashby/applicationSubmit"), named("ashby/interviewScheduleUpdate")])
    people = {key.member for key in held if key.dimension == "interviewer"}
    shadow = "ffffffff-0000-4000-8000-000000000005"
    gone = named("greenhouse/scorecard_deleted__with_application").translated().events

    assert people
    assert shadow not in people
    assert [short(event.type) for event in gone] == ["feedback.deleted"]


def test_18_who_ended_it() -> None:
    """辞退 is never counted as 不採用; where a vendor leaves it open, it is counted that nobody knows."""
    base = [named("workable/candidate_created")]
    withdrew = summed([*base, named("workable/candidate_moved__withdrew")])
    refused = summed([*base, named("workable/candidate_moved__disqualified")])
    they = summed([named("greenhouse/reject_candidate__they_rejected_us")])
    untold = summed([named("greenhouse/reject_candidate")])

    assert (withdrew["withdrawn"], "rejected" in withdrew) == (1, False)
    assert (refused["rejected"], "withdrawn" in refused) == (1, False)
    assert (they["withdrawn"], "rejected" in they) == (1, False)
    assert untold["unmapped_reasons"] == 1


def test_19_versions_of_an_offer() -> None:
    """One offer is one offer in all its versions; a superseded one was not declined; accepted is not hired."""
    first = named("greenhouse/offer_created", payload__offer_status="Created")
    replaced = named("greenhouse/offer_updated__deprecated", payload__version=1)
    second = named("greenhouse/offer_created", payload__version=2, payload__id=12346)
    counts = summed([first, replaced, second])

    assert (counts["offers_made"], counts["offers_accepted"]) == (1, 1)
    assert "offers_declined" not in counts
    assert "hired" not in counts


def test_20_days_are_the_tenants_own() -> None:
    """UTC, milliseconds, offsets and no zone at all end on the tenant's calendar day; an assumption is marked."""
    evening = named("workable/candidate_moved", data__updated_at="2026-03-15T15:00:00Z")
    naive = named("huntflow/applicant_status__naive").translated().events
    lever = named("lever/applicationCreated", triggeredAt=1772377200000)  # 2026-03-01T15:00Z

    assert date(2026, 3, 16) in totals(cells([named("workable/candidate_created"), evening]))
    assert date(2026, 3, 2) in totals(cells([lever]))
    assert {event.timequality for event in naive} == {"assumed"}


def test_21_a_day_of_application_that_is_corrected() -> None:
    """When a vendor dates an application anew, the cohort moves with it; nothing stays on the old day."""
    first = named("greenhouse/application_updated")
    later = named(
        "greenhouse/application_updated",
        payload__application__applied_at="2015-11-20T06:31:26Z",
        payload__application__last_activity_at="2015-12-04T00:00:00Z",
    )
    cohorts = {
        date(1970, 1, 1) + timedelta(key.day)
        for key in cells([first, later])
        if key.basis == "cohort"
    }

    assert cohorts == {date(2015, 11, 20)}


async def test_22_a_bulk_rejection(client: httpx.AsyncClient, publisher: ListPublisher) -> None:
    """Three hundred rejections in one moment are three hundred rejections."""
    told = [
        named("greenhouse/reject_candidate", payload__application__id=number)
        for number in range(1, 301)
    ]
    answers = await asyncio.gather(*(post(client, each) for each in told))

    assert {answer.status_code for answer in answers} == {200}
    assert len({event.id for event in publisher.events}) == 300
    assert summed(told)["rejected"] == 300


async def test_23_one_bad_part_of_a_batch(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """What can be understood of a batch counts; what cannot is set aside, with success for the whole."""
    sound = {
        "specversion": "1.0",
        "id": "1",
        "source": "/ats",
        "type": "recruit.application.created.v1",
        "time": "2026-04-01T00:00:00Z",
        "data": {"application": {"id": "1"}},
    }
    body = json.dumps([sound, {**sound, "id": "2", "data": {"application": {}}}]).encode()
    headers = gateways.standard_signed(body, content_type="application/cloudevents-batch+json")
    answer = await client.post("/hooks/standard/acme-events", content=body, headers=headers)

    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    assert [entry.part for entry in publisher.entries] == [True]


def test_24_people_who_did_not_apply() -> None:
    """Prospects, leads and people in a pool are no applications until they are."""
    for name in (
        *("greenhouse/new_prospect_application", "ashby/applicationSubmit__lead"),
        *("lever/candidateStageChange__lead", "workable/candidate_created__talent_pool"),
        "recruitee/candidate_assigned__pool",
    ):
        assert "applications" not in summed([named(name)]), name


def test_25_what_an_id_means() -> None:
    """An application is what a vendor opens per job: Ashby's application, Lever's opportunity, Workable's candidate."""
    subjects = {
        name: {event.subject for event in named(name).translated().events}
        for name in (
            *("ashby/applicationSubmit", "lever/applicationCreated"),
            *("workable/candidate_created", "recruitee/candidate_assigned"),
        )
    }

    assert subjects == {
        "ashby/applicationSubmit": {"aaaaaaaa-0000-4000-8000-000000000001"},
        "lever/applicationCreated": {"6408dc54-7015-4e5b-8d60-23afff2b1efc"},
        "workable/candidate_created": {"27270276"},
        "recruitee/candidate_assigned": {"1-10"},
    }


def test_26_imports_that_lag_behind() -> None:
    """An application that is imported days later counts on its own day, and how late it came is kept."""
    (event,) = named("workable/candidate_created").translated().events

    assert list(totals(cells([named("workable/candidate_created")]))) == [date(2026, 3, 11)]
    assert event.recordedtime - event.time > timedelta(days=20)


def test_27_silence_is_seen() -> None:
    """A webhook that was switched off at the vendor looks like a quiet week: its silence is shown, with a question."""
    quiet = ConnectionStatus(
        tenant="acme",
        office=office("Asia/Tokyo", "JP"),
        connection="acme-ashby",
        vendor="ashby",
        secrets=1,
        last=NOON - 3 * DAY,
    )

    assert quiet.silent_for(NOON) == 3 * DAY
    assert "switched on" in quiet.advice(NOON)


@pytest.mark.parametrize("vendor", gateways.SIGNING, ids=lambda vendor: vendor.name)
async def test_28_nobody_is_named(
    vendor: Vendor,
    client: httpx.AsyncClient,
    publisher: ListPublisher,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No name, address or note of a person is in an event, a log line, an answer or the open part of an entry."""
    caplog.set_level(logging.DEBUG)
    for path in gateways.files(vendor.name):
        delivery = gateways.fixture(path)
        marked = Fixture(
            vendor.name, delivery.body.replace(b'"x"', b'"Hanako Yamada"'), delivery.headers
        )
        answer = await post(client, marked)
        assert "Hanako" not in answer.text, path.name
    said = [event.model_dump_json() for event in publisher.events]
    said += [entry.model_dump_json(exclude={"sealed"}) for entry in publisher.entries]
    said += [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]

    assert [line for line in said if "Hanako" in line] == []
