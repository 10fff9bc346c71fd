"""Why a company rejects: reasons become factors by mapping alone, and a factor stands out only if chance does not explain it."""

import random
from dataclasses import replace
from datetime import date

import pytest

from schemas.relay.factors import FACTORS, Factor, FactorRule, factor_of
from schemas.relay.facts import ApplicationStep, Fact
from schemas.relay.ledger import accept
from schemas.relay.mismatch import EndedApplication, factor_shares, read_endings, unmapped_reasons
from schemas.relay.requirements import Requirement
from schemas.relay.state import State
from schemas.relay.suggestions import effects, suggest
from tests.schemas.relay.builders import day, policies, step

OLD, NEW = date(2026, 4, 1), date(2026, 7, 1)
VERSIONS = (
    Requirement(job="j-1", since=OLD, text="必須経験5年"),
    Requirement(job="j-1", since=NEW, text="必須経験3年", accepts="years"),
)
REJECTION = EndedApplication(
    step="rejected", job="j-1", channel="doda", day=OLD, version=OLD, reason=None, factor="skill"
)
COMMON: tuple[Factor, ...] = ("skill", "years", "conditions", "motivation")


def rejections(counts: dict[Factor, int], **fields: object) -> list[EndedApplication]:
    """So many rejections by each factor."""
    return [
        replace(REJECTION, factor=factor, **fields)  # type: ignore[arg-type]
        for factor, count in counts.items()
        for _ in range(count)
    ]


@pytest.mark.parametrize(
    ("reason", "factor"),
    [
        ("スキル不足", "skill"),
        (" Not  Qualified ", "skill"),
        ("英語力", "place"),
        ("経験不足", "culture"),
        ("なんとなく", None),
        (None, None),
    ],
)
def test_a_reason_means_what_the_company_says_or_what_everybody_knows(
    reason: str | None, factor: Factor | None
) -> None:
    """A company's own mapping wins over well-known names; any other reason has no factor."""
    rules = [
        FactorRule(reason="英語力", factor="place"),
        FactorRule(reason="経験不足", factor="culture"),
    ]

    assert factor_of(reason, rules) == factor


def test_a_concentrated_factor_stands_out_and_suggests_what_relaxing_brings() -> None:
    """Experience is most of doda's rejections and a quarter elsewhere: it stands out alone, and has an estimate with an interval."""
    endings = [
        *rejections({"years": 24, "skill": 5, "conditions": 5, "motivation": 5}),
        *rejections(dict.fromkeys(COMMON, 10), channel="Green"),
        *(replace(REJECTION, step="hired", factor=None) for _ in range(6)),
    ]

    shares = factor_shares(endings)
    (suggestion,) = suggest(shares, endings, VERSIONS)

    first = shares[0]
    assert [(s.place.channel, s.factor) for s in shares if s.stands_out] == [("doda", "years")]
    assert first.low < first.share < first.high
    assert first.lift is not None and first.lift > 2
    assert suggestion.requirement == VERSIONS[0]
    assert suggestion.passed == 24
    assert suggestion.low < suggestion.hires < suggestion.high <= 24


def test_a_filled_position_suggests_nothing() -> None:
    """Nobody relaxes a requirement because the position was filled, however often it happens."""
    endings = [
        *rejections({"filled": 20}, step="closed"),
        *rejections(dict.fromkeys(COMMON, 5)),
        *rejections(dict.fromkeys(COMMON, 10), channel="Green"),
    ]

    shares = factor_shares(endings)

    assert shares[0].stands_out
    assert suggest(shares, endings, ()) == []


def test_nothing_stands_out_where_all_places_are_alike() -> None:
    """In 200 companies whose eight places reject alike, at most one in twenty sees anything stand out."""
    draw = random.Random(11)
    alarms = 0
    for _ in range(200):
        endings = [
            replace(
                REJECTION,
                channel=str(place),
                factor=draw.choices((*COMMON, "place"), (5, 3, 1, 1, 0.3))[0],
            )
            for place in range(8)
            for _ in range(draw.randint(5, 40))
        ]
        alarms += any(share.stands_out for share in factor_shares(endings))

    assert alarms <= 10


def test_few_rejections_never_stand_out() -> None:
    """Nine rejections for one reason are too few to say anything."""
    endings = [*rejections({"place": 9}), *rejections(dict.fromkeys(COMMON, 50), channel="Green")]

    assert not any(share.stands_out for share in factor_shares(endings))


def test_a_share_is_never_a_certainty() -> None:
    """38 of 38 rejections for one reason, as everywhere else, leave room for the reasons that may follow."""
    endings = [*rejections({"years": 38}), *rejections({"years": 80}, channel="Green")]

    share = next(one for one in factor_shares(endings) if one.n == 38)

    assert 0.92 < share.low < share.share < 0.99 < share.high
    assert not share.stands_out


def test_the_effect_of_an_accepted_suggestion_is_measured() -> None:
    """The share of the factor under the new version is compared with that under the version before."""
    endings = [
        *rejections({"years": 30, "skill": 30}),
        *rejections({"years": 6, "skill": 54}, version=NEW),
    ]

    (effect,) = effects(endings, VERSIONS)

    assert (effect.before, effect.after) == ((30, 60), (6, 60))
    assert effect.change == pytest.approx(-0.4)
    assert effect.difference.high < 0


def test_an_application_counts_as_it_stands() -> None:
    """An undone rejection is none, a deleted application neither; the version is that of the day of the decision."""

    def rejected(name: str, reason: str, at: float) -> Fact:
        fact = step("rejected", name, at)
        assert isinstance(fact, ApplicationStep)
        return fact.model_copy(update={"reason": reason})

    state, steps = State("aoba"), dict[str, ApplicationStep]()
    facts = [
        rejected("a", "スキル不足", 1),
        rejected("b", "年数", 100),
        rejected("c", "スキル不足", 1),
        step("reopened", "c", 2),
        rejected("d", "スキル不足", 1),
        step("deleted", "d", 2),
        rejected("e", "勘", 3),
    ]
    for fact in (policies(), *facts):
        assert accept(state, fact, day(200)) is not None
        if isinstance(fact, ApplicationStep):
            steps[fact.id] = fact

    endings = read_endings(state, steps, [FactorRule(reason="年数", factor="years")], VERSIONS)

    assert [(e.reason, e.factor, e.version) for e in endings] == [
        ("スキル不足", "skill", OLD),
        ("年数", "years", NEW),
        ("勘", None, OLD),
    ]
    assert unmapped_reasons(endings) == {"勘": 1}
    assert set(FACTORS) >= {e.factor for e in endings if e.factor}
