"""Tests that a simulated season is deterministic, complete and signed."""

from collections import Counter
from datetime import UTC, datetime

from streams.ingest.vendors import VENDORS
from streams.simulator.player import with_disturbances
from streams.simulator.season import SimulatedDelivery, season
from streams.simulator.signing import SIGNERS, UnsignedDelivery
from tests.ingest.gateways import Fixture

UNTIL = datetime(2026, 11, 24, 3, tzinfo=UTC)
SECRETS = dict.fromkeys(SIGNERS, "s" * 40) | {"standard": "whsec_" + "c2VjcmV0" * 6}


def generate(seed: int = 7, deliveries: int = 4000) -> list[SimulatedDelivery]:
    """Return a season long enough to have rare events."""
    return season(seed, deliveries=deliveries, days=120, until=UNTIL)


def test_the_same_seed_generates_the_same_season() -> None:
    """The same seed generates the same bytes, and another seed others."""
    assert generate() == generate()
    assert generate() != generate(seed=8)


def test_nothing_happens_after_now() -> None:
    """A season ends at the requested time and is in time order."""
    times = [delivery.at for delivery in generate()]

    assert times == sorted(times)
    assert times[-1] <= UNTIL


def test_everything_that_happens_in_hiring_happens() -> None:
    """Rejections, withdrawals, un-rejects, un-hires, offers and interviews all occur in every system's events."""
    kinds = Counter(delivery.event for delivery in generate(deliveries=9000))

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
    """The gateway verifies and understands every simulated delivery."""
    vendors = {vendor.name: vendor for vendor in VENDORS}
    for delivery in generate(deliveries=600):
        vendor = vendors[delivery.vendor]
        secret = SECRETS[delivery.vendor]
        body, headers = SIGNERS[delivery.vendor](
            UnsignedDelivery(
                body=delivery.body,
                name=delivery.name,
                event=delivery.event,
                secret=secret,
                attempted_at=UNTIL,
                occurred_at=delivery.at,
            )
        )
        lower = tuple((name.lower(), value) for name, value in headers.items())
        vendor.verify(lower, body, (vendor.key(secret.encode()),), UNTIL)
        translation = Fixture(
            delivery.vendor, body, (*lower, ("content-type", "application/json"))
        ).translated()
        assert (bool(translation.events or translation.ignored), translation.faults) == (True, ())


def test_a_disturbed_season_has_the_same_deliveries() -> None:
    """Shuffling and duplicating lose no delivery."""
    plain = generate(deliveries=1000)
    played = with_disturbances(plain, duplicates=0.1, shuffle=0.2, seed=1)

    assert {delivery.name for delivery in plain} == {delivery.name for delivery in played}
    assert len(plain) < len(played)
    assert played[: len(plain)] != plain
