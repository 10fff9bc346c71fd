"""Tests the 28 traps of recruiting webhooks, numbered and named as in the product's list."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import date, timedelta

import httpx
import pytest

from schemas.events.envelope import short_type
from schemas.tenants.business_hours import business_hours
from schemas.tenants.config import StageRule, Tenancy
from streams.configuration.settings import Settings
from streams.ingest.http.server import create_app
from streams.ingest.quarantine.reprocess import restore_request
from streams.ingest.vendor import Vendor
from streams.ingest.vendors import VENDORS
from streams.tools.connect.status import ConnectionStatus
from tests.fakes import NOON, ListPublisher, SetClock
from tests.ingest import gateways
from tests.vendors.folding import daily_totals, folded_cells, total_counts
from tests.vendors.mutations import named

Fixture = gateways.Fixture
DAY = timedelta(days=1)


def event_ids(delivery: Fixture, later: timedelta = timedelta()) -> list[str]:
    """Return the event ids of a delivery that arrives `later` than noon."""
    return [event.id for event in delivery.translated(later=later).events]


def tenancy_with(vendor: str, *stages: StageRule, **tenant: object) -> Tenancy:
    """Return the test tenancy with mapped stages of one connection and changed tenant settings."""
    acme = gateways.tenancy().tenants[0]
    connections = [
        connection.model_copy(update={"stages": stages})
        if connection.id == f"acme-{vendor}"
        else connection
        for connection in acme.connections
    ]
    changed = {"connections": tuple(connections), **tenant}
    return Tenancy(tenants=(acme.model_copy(update=changed),))


@pytest.fixture
def publisher() -> ListPublisher:
    """A list in place of Kafka."""
    return ListPublisher()


@pytest.fixture
async def client(publisher: ListPublisher) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the gateway."""
    app = create_app(Settings(), gateways.configuration(), publisher, SetClock())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as sender:
        yield sender


async def post(
    client: httpx.AsyncClient, delivery: Fixture, connection: str = "", secret: str | None = None
) -> httpx.Response:
    """Post a delivery, signed as by its vendor, to a connection of the tenant."""
    body, headers = gateways.signed(delivery, secret=secret)
    address = gateways.address(delivery.vendor, connection)
    return await client.post(address, content=body, headers=headers)


def test_01_a_snapshot_without_its_previous_stage() -> None:
    """Two moves seen as one pass the stage left; stages in between are not inferred."""
    counts = total_counts([named("workable/candidate_created"), named("workable/candidate_moved")])

    assert counts == {
        "applications": 1,
        "entered.applied": 1,
        "passed.applied": 1,
        "entered.interview_1": 1,
    }


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_02_a_redelivery_after_eight_days(vendor: Vendor) -> None:
    """A late redelivery has the same event ids; the same move at another time has another id."""
    for path in gateways.files(vendor.name):
        delivery = gateways.fixture(path)
        if "error" not in gateways.expectation(delivery):
            assert event_ids(delivery) == event_ids(delivery, later=8 * DAY), path.name
    again = {"payload__application__last_activity_at": "2015-03-01T00:00:00Z"}
    assert event_ids(named("greenhouse/candidate_stage_change")) != event_ids(
        named("greenhouse/candidate_stage_change", **again)
    )


def test_03_a_stale_snapshot_that_comes_late() -> None:
    """A stale snapshot that arrives late does not move the application back."""
    created, older = named("workable/candidate_created"), named("workable/candidate_moved")
    newer = named(
        "workable/candidate_moved",
        data__stage="最終面接",
        data__updated_at="2026-03-20T20:02:42Z",
        fired_at="2026-03-20T20:02:42.310Z",
    )
    in_order = folded_cells([created, older, newer])

    assert in_order == folded_cells([created, newer, older])
    assert daily_totals(in_order)[date(2026, 3, 21)] == {
        "passed.interview_1": 1,
        "entered.final_interview": 1,
    }


def test_04_one_hire_told_three_times() -> None:
    """A hire in Ashby's three or Lever's two webhooks is one hire, with one offer."""
    ashby = total_counts(
        [
            named("ashby/applicationSubmit"),
            named("ashby/candidateHire"),
            named("ashby/candidateStageChange__hired"),
            named("ashby/offerUpdate"),
        ]
    )
    lever = total_counts(
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
    """An un-reject removes the rejection, an un-hire the hire, and a move back the pass."""
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

    assert "rejected" in total_counts(rejected[:1])
    assert "rejected" not in total_counts(rejected)
    assert "hired" in total_counts(hired[:1])
    assert "hired" not in total_counts(hired)
    assert total_counts(moved) == {"applications": 1, "entered.applied": 1}


def test_06_merged_candidates() -> None:
    """After a merge, the old candidate's applications follow the new one, even if an event arrives late."""
    into = "cccccccc-0000-4000-8000-000000000002"
    merge, submit = named("ashby/candidateMerge"), named("ashby/applicationSubmit")
    late = named("ashby/candidateStageChange")
    deletion = named("ashby/candidateDelete", data__candidate__id=into)
    retract = tenancy_with("ashby", deleted_candidates="retract")

    assert total_counts([submit, merge, late])["applications"] == 1
    assert total_counts([submit, merge, deletion, late], retract) == {}
    assert total_counts([deletion, late, merge, submit], retract) == {}


def test_07_deleted_and_anonymised_people() -> None:
    """Decisions stay counted after a person is erased, and Greenhouse's resets change nothing."""
    applied = [named("ashby/applicationSubmit"), named("ashby/candidateStageChange")]
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

    assert folded_cells([*applied, named("ashby/candidateDelete")]) == folded_cells(applied)
    assert folded_cells([move, erased, reset]) == folded_cells([move])


def test_08_stages_are_known_by_id() -> None:
    """A renamed stage stays the same, two stages with one name are two, and a replaced plan moves no application."""
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
    counts = total_counts([submit, move], tenancy_with("ashby", first, second))

    assert (counts["entered.screening"], counts["entered.assessment"]) == (1, 1)
    assert (
        total_counts([submit, move, exchanged, after], tenancy_with("ashby", first, second))
        == counts
    )


def test_09_a_mapping_that_changes_later() -> None:
    """A dated mapping applies only on its days; an undated one applies to all history."""
    stage = "2ca03d97-d4f2-4a97-89de-96c8b0d07924"
    deliveries = [named("lever/applicationCreated"), named("lever/candidateStageChange")]
    dated = (
        StageRule(stage_id=stage, milestone="casual", until=date(2026, 3, 3)),
        StageRule(stage_id=stage, milestone="assessment", since=date(2026, 3, 3)),
    )

    assert "entered.unmapped" in total_counts(deliveries)
    assert "entered.assessment" in total_counts(deliveries, tenancy_with("lever", *dated))
    assert "entered.casual" in total_counts(
        deliveries, tenancy_with("lever", StageRule(stage_id=stage, milestone="casual"))
    )


async def test_10_tests_and_greetings(client: httpx.AsyncClient, publisher: ListPublisher) -> None:
    """A vendor's test is answered without events; events of a test connection are marked as tests."""
    for name in (
        *("greenhouse/ping", "ashby/ping", "ashby/ping__bare", "lever/verify_connection"),
        *("recruitee/test", "recruitee/test__payload"),
    ):
        assert (await post(client, named(name))).status_code == 200, name
    handshake = await client.post(
        "/hooks/smartrecruiters/acme-smartrecruiters", headers={"X-Hook-Secret": "5f2b9c0e"}
    )
    preflight = await client.options(
        "/hooks/standard/acme-events", headers={"WebHook-Request-Origin": "ats.example.com"}
    )
    assert handshake.headers["X-Hook-Secret"] == "5f2b9c0e"
    assert preflight.headers["WebHook-Allowed-Origin"] == "ats.example.com"
    assert publisher.events + publisher.entries == []

    await post(client, named("greenhouse/candidate_stage_change"), "prefixed")
    assert [event.test for event in publisher.events] == [True]


async def test_11_a_secret_that_is_not_known_yet(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """Until the secret is known, tests are answered and all other deliveries are quarantined."""
    ping = await post(client, named("greenhouse/ping"), "pending", secret="who knows this secret")
    move = await post(
        client, named("greenhouse/candidate_stage_change"), "pending", "who knows this secret"
    )

    assert (ping.status_code, move.status_code) == (200, 200)
    assert [entry.reason for entry in publisher.entries] == ["pending_secret"]


async def test_12_a_vendor_that_does_not_retry(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """A new Ashby connection quarantines unverified deliveries encrypted and complete, and answers 200."""
    submit = named("ashby/applicationSubmit")
    kept = await post(client, submit, "ashby-lenient", secret="another secret than ours")
    entry = publisher.entries[0]

    assert gateways.vendor("ashby").on_bad_signature == "quarantine"
    assert (kept.status_code, entry.reason) == (200, "bad_signature")
    assert restore_request(entry, gateways.configuration()).body == submit.body


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
async def test_13_a_missing_signature_is_401(client: httpx.AsyncClient, vendor: Vendor) -> None:
    """A missing or empty signature is answered 401, never 500."""
    address = gateways.address(vendor.name)
    for headers in ({}, {"Signature": ""}, {"TT-Signature": "e30="}, {"webhook-signature": "v1"}):
        response = await client.post(address, content=b'{"event": 1}', headers=headers)
        assert (response.status_code, response.json()["error"]) == (401, "bad_signature")


async def test_14_raw_bytes_are_signed(client: httpx.AsyncClient) -> None:
    """The signature covers the raw bytes, escapes and spaces included, up to a size limit."""
    move = named("greenhouse/candidate_stage_change")
    escaped = Fixture(
        "greenhouse", json.dumps(json.loads(move.body), indent=2).encode().replace(b"x", b"\\u0078")
    )
    large = Fixture("greenhouse", b'{"action": "' + b"x" * 2_000_001 + b'"}')

    assert (await post(client, escaped)).json()["accepted"] == 1
    assert (await post(client, large)).status_code == 413


async def test_15_bodies_that_nobody_signs(client: httpx.AsyncClient) -> None:
    """If the signature does not cover the body, a token is valid for one body, and the address is secret."""
    hired = named("lever/candidateHired")
    body, headers = gateways.signed(hired)
    forged = {**json.loads(body), "data": {"opportunityId": "another"}}
    bare = "/hooks/lever/acme-lever"
    address = f"{bare}/an-address-key"
    first = await client.post(address, content=body, headers=headers)
    again = await client.post(address, content=body, headers=headers)
    other = await client.post(address, content=json.dumps(forged).encode(), headers=headers)
    locked = await client.post(bare, content=body, headers=headers)

    assert [response.status_code for response in (first, again, other)] == [200, 200, 409]
    assert locked.status_code == 401


def test_16_where_candidates_come_from() -> None:
    """媒体 is read from every field a vendor uses, may be corrected later, and counts as unknown if missing."""
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

    def channels(*deliveries: Fixture) -> set[str]:
        return {key.member for key in folded_cells(deliveries) if key.dimension == "channel"}

    assert channels(public) == channels(plain) == {"doda"}
    assert channels(named("ashby/applicationSubmit")) == {"LinkedIn"}
    assert channels(named("ashby/applicationSubmit"), edited) == {"社員紹介"}
    assert channels(named("lever/applicationCreated")) == {"unknown"}


def test_17_who_interviews_and_who_assesses() -> None:
    """Shadowing interviewers are not counted, and a deleted scorecard is reported as deleted."""
    folded = folded_cells(
        [named("ashby/applicationSubmit"), named("ashby/interviewScheduleUpdate")]
    )
    people = {key.member for key in folded if key.dimension == "interviewer"}
    shadow = "ffffffff-0000-4000-8000-000000000005"
    deletions = named("greenhouse/scorecard_deleted__with_application").translated().events

    assert people
    assert shadow not in people
    assert [short_type(event.type) for event in deletions] == ["feedback.deleted"]


def test_18_who_ended_it() -> None:
    """辞退 never counts as 不採用; if the vendor does not send the party, the reason counts as unmapped."""
    base = [named("workable/candidate_created")]
    withdrew = total_counts([*base, named("workable/candidate_moved__withdrew")])
    refused = total_counts([*base, named("workable/candidate_moved__disqualified")])
    they = total_counts([named("greenhouse/reject_candidate__they_rejected_us")])
    untold = total_counts([named("greenhouse/reject_candidate")])

    assert (withdrew["withdrawn"], "rejected" in withdrew) == (1, False)
    assert (refused["rejected"], "withdrawn" in refused) == (1, False)
    assert (they["withdrawn"], "rejected" in they) == (1, False)
    assert untold["unmapped_reasons"] == 1


def test_19_versions_of_an_offer() -> None:
    """All versions of an offer count once; superseded is not declined, and accepted is not hired."""
    first = named("greenhouse/offer_created", payload__offer_status="Created")
    replaced = named("greenhouse/offer_updated__deprecated", payload__version=1)
    second = named("greenhouse/offer_created", payload__version=2, payload__id=12346)
    counts = total_counts([first, replaced, second])

    assert (counts["offers_made"], counts["offers_accepted"]) == (1, 1)
    assert "offers_declined" not in counts
    assert "hired" not in counts


def test_20_days_are_the_tenants_own() -> None:
    """UTC, milliseconds, offsets and times without a zone count on the tenant's day, and assumed times are marked."""
    evening = named("workable/candidate_moved", data__updated_at="2026-03-15T15:00:00Z")
    naive = named("huntflow/applicant_status__naive").translated().events
    lever = named("lever/applicationCreated", triggeredAt=1772377200000)  # 2026-03-01T15:00Z

    assert date(2026, 3, 16) in daily_totals(
        folded_cells([named("workable/candidate_created"), evening])
    )
    assert date(2026, 3, 2) in daily_totals(folded_cells([lever]))
    assert {event.timequality for event in naive} == {"assumed"}


def test_21_a_day_of_application_that_is_corrected() -> None:
    """When a vendor corrects the application date, the cohort moves to the new day completely."""
    first = named("greenhouse/application_updated")
    later = named(
        "greenhouse/application_updated",
        payload__application__applied_at="2015-11-20T06:31:26Z",
        payload__application__last_activity_at="2015-12-04T00:00:00Z",
    )
    cohorts = {
        date(1970, 1, 1) + timedelta(key.day)
        for key in folded_cells([first, later])
        if key.basis == "cohort"
    }

    assert cohorts == {date(2015, 11, 20)}


async def test_22_a_bulk_rejection(client: httpx.AsyncClient, publisher: ListPublisher) -> None:
    """Three hundred rejections at the same time are counted separately."""
    rejections = [
        named("greenhouse/reject_candidate", payload__application__id=number)
        for number in range(1, 301)
    ]
    responses = await asyncio.gather(*(post(client, rejection) for rejection in rejections))

    assert {response.status_code for response in responses} == {200}
    assert len({event.id for event in publisher.events}) == 300
    assert total_counts(rejections)["rejected"] == 300


async def test_23_one_bad_part_of_a_batch(
    client: httpx.AsyncClient, publisher: ListPublisher
) -> None:
    """Valid events of a batch count, the others are quarantined, and the answer is success."""
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
    response = await client.post("/hooks/standard/acme-events", content=body, headers=headers)

    assert (response.status_code, response.json()["accepted"]) == (200, 1)
    assert [entry.part for entry in publisher.entries] == [True]


def test_24_people_who_did_not_apply() -> None:
    """Prospects, leads and talent pool members are not applications."""
    for name in (
        *("greenhouse/new_prospect_application", "ashby/applicationSubmit__lead"),
        *("lever/candidateStageChange__lead", "workable/candidate_created__talent_pool"),
        "recruitee/candidate_assigned__pool",
    ):
        assert "applications" not in total_counts([named(name)]), name


def test_25_what_an_id_means() -> None:
    """An application is per person and job: Ashby's application, Lever's opportunity, Workable's candidate."""
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
    """An application imported days later counts on its own day, and its delay is recorded."""
    (event,) = named("workable/candidate_created").translated().events

    assert list(daily_totals(folded_cells([named("workable/candidate_created")]))) == [
        date(2026, 3, 11)
    ]
    assert event.recordedtime - event.time > timedelta(days=20)


def test_27_silence_is_seen() -> None:
    """A connection without deliveries is shown as silent, with advice to check the vendor's webhook."""
    quiet = ConnectionStatus(
        tenant="acme",
        business_hours=business_hours("Asia/Tokyo", "JP"),
        connection="acme-ashby",
        vendor="ashby",
        secrets=1,
        last=NOON - 3 * DAY,
    )

    assert quiet.silent_for(NOON) == 3 * DAY
    assert "still enabled" in quiet.advice(NOON)


@pytest.mark.parametrize("vendor", gateways.SIGNING, ids=lambda vendor: vendor.name)
async def test_28_nobody_is_named(
    vendor: Vendor,
    client: httpx.AsyncClient,
    publisher: ListPublisher,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No personal data gets into events, logs, answers or the unencrypted part of quarantine entries."""
    caplog.set_level(logging.DEBUG)
    for path in gateways.files(vendor.name):
        delivery = gateways.fixture(path)
        marked = Fixture(
            vendor.name, delivery.body.replace(b'"x"', b'"Hanako Yamada"'), delivery.headers
        )
        response = await post(client, marked)
        assert "Hanako" not in response.text, path.name
    outputs = [event.model_dump_json() for event in publisher.events]
    outputs += [entry.model_dump_json(exclude={"sealed"}) for entry in publisher.entries]
    outputs += [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]

    assert [line for line in outputs if "Hanako" in line] == []
