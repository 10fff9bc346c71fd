"""The simulated season is the same for the same seed, and has everything that happens in hiring."""

from collections import Counter
from datetime import UTC, datetime

from streams.ingest.vendors import VENDORS
from streams.simulator.player import disturbed
from streams.simulator.season import SimulatedDelivery, season
from streams.simulator.signing import SIGNERS, UnsignedDelivery
from tests.ingest.gateways import Fixture

UNTIL = datetime(2026, 11, 24, 3, tzinfo=UTC)
SECRETS = dict.fromkeys(SIGNERS, "s" * 40) | {"standard": "whsec_" + "c2VjcmV0" * 6}


def made(seed: int = 7, deliveries: int = 4000) -> list[SimulatedDelivery]:
    """A season long enough to hold rare things."""
    return season(seed, deliveries=deliveries, days=120, until=UNTIL)


def test_the_same_seed_tells_the_same_season() -> None:
    """Two people who play seed 7 see the same bytes."""
    assert made() == made()
    assert made() != made(seed=8)


def test_nothing_happens_after_now() -> None:
    """History ends at the moment it is asked for, and comes in order."""
    times = [delivery.at for delivery in made()]

    assert times == sorted(times)
    assert times[-1] <= UNTIL


def test_everything_that_happens_in_hiring_happens() -> None:
    """Rejections, withdrawals, un-rejects, un-hires, offers, interviews: all of them occur, in every system's words."""
    kinds = Counter(delivery.event for delivery in made(deliveries=9000))

    for kind in (
        *("reject_candidate", "unreject_candidate", "hire_candidate", "unhire_candidate"),
        *("offer_created", "offer_updated", "application_updated", "candidate_stage_change"),
        *("feedback.submitted", "interview.completed", "application.withdrawn", "offer.declined"),
        *("applicationSubmit", "candidateStageChange", "candidateHire", "interviewScheduleUpdate"),
        *("applicationCreated", "candidateArchiveChange", "candidateHired"),
        *("application.created", "application.status.updated"),
    ):
        assert kinds[kind], kind


def test_every_delivery_is_signed_as_its_vendor_signs() -> None:
    """The gateway's own verifiers accept what the simulator sends, and understand it."""
    vendors = {vendor.name: vendor for vendor in VENDORS}
    for delivery in made(deliveries=600):
        vendor = vendors[delivery.vendor]
        secret = SECRETS[delivery.vendor]
        body, headers = SIGNERS[delivery.vendor](
            UnsignedDelivery(
                body=delivery.body,
                name=delivery.name,
                event=delivery.event,
                secret=secret,
                at=UNTIL,
                happened=delivery.at,
            )
        )
        lower = tuple((name.lower(), value) for name, value in headers.items())
        vendor.verify(lower, body, (vendor.key(secret.encode()),), UNTIL)
        told = Fixture(
            delivery.vendor, body, (*lower, ("content-type", "application/json"))
        ).translated()
        assert (bool(told.events or told.ignored), told.faults) == (True, ())


def test_a_disturbed_season_holds_the_same_deliveries() -> None:
    """Shuffling and doubling lose nothing."""
    plain = made(deliveries=1000)
    played = disturbed(plain, duplicates=0.1, shuffle=0.2, seed=1)

    assert {each.name for each in plain} == {each.name for each in played}
    assert len(plain) < len(played)
    assert played[: len(plain)] != plain
