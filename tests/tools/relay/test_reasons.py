"""`hirelay relay reasons` says what stands out, suggests it to the owner, and lists the reasons that nobody has mapped."""

import io
from datetime import date

import pytest
from rich.console import Console

from schemas.relay.factors import FactorRule
from schemas.relay.facts import ApplicationStep
from schemas.relay.ledger import accept
from schemas.relay.policy import RelayCompany
from schemas.relay.reasons import reasons_of
from schemas.relay.requirements import Requirement
from schemas.relay.state import State
from streams.tools.relay.read import History
from streams.tools.relay.reasons import reasons_table
from streams.tools.tables import print_table
from tests.schemas.relay.builders import day, policies, policy

COMPANY = RelayCompany(
    tenant="aoba",
    page="https://relay.example/register",
    policies=(policy(),),
    factors=(FactorRule(reason="年数が足りない", factor="years"),),
    requirements=(
        Requirement(job="j-1", since=date(2026, 4, 1), text="必須経験5年", owner="engineering"),
    ),
)


def history(reasons: dict[tuple[str, str], int]) -> History:
    """The ledger after so many rejections by channel and reason."""
    content = History(State("aoba"))
    first = accept(content.state, policies(), day(0))
    content.records += [] if first is None else [first]
    for (channel, reason), count in reasons.items():
        for number in range(count):
            name = f"{channel}-{reason}-{number}"
            fact = ApplicationStep(
                id=name,
                at=day(5),
                step="rejected",
                application=name,
                job="j-1",
                channel=channel,
                reason=reason,
            )
            record = accept(content.state, fact, day(5))
            content.records += [] if record is None else [record]
    return content


def printed(content: History, language: str) -> str:
    """What the command prints."""
    console = Console(file=io.StringIO(), width=200)
    reasons = reasons_of(content.state, content.steps, COMPANY)
    print_table(reasons_table(reasons, language), console)
    assert isinstance(console.file, io.StringIO)
    return " ".join(console.file.getvalue().split())


@pytest.mark.parametrize(
    ("language", "suggestion", "unmapped"),
    [
        (
            "ja",
            "提案(engineering): 求人 j-1・媒体 doda では「必須経験5年」に対し、経験年数が",
            "勘 3 件",
        ),
        (
            "en",
            "Suggestion (engineering): for job j-1 and channel doda, “必須経験5年” turns",
            "勘, 3",
        ),
    ],
)
def test_what_stands_out_is_suggested_to_the_owner(
    language: str, suggestion: str, unmapped: str
) -> None:
    """The suggestion names job, channel, requirement and factor; a reason without a factor is listed with its number."""
    content = history(
        {
            ("doda", "年数が足りない"): 25,
            ("doda", "スキル不足"): 5,
            ("Green", "スキル不足"): 25,
            ("Green", "年数が足りない"): 5,
            ("Green", "勘"): 3,
        }
    )

    text = printed(content, language)

    assert suggestion in text
    assert unmapped in text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("ja", "目立つ要因はありません。"), ("en", "Nothing stands out.")],
)
def test_it_says_so_when_nothing_stands_out(language: str, sentence: str) -> None:
    """Channels that reject alike get a plain sentence and no suggestion."""
    content = history(
        {
            (channel, reason): 12
            for channel in ("doda", "Green")
            for reason in ("スキル不足", "年数が足りない")
        }
    )

    assert sentence in printed(content, language)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ja", "記録された不採用理由は「スキル」だけなので、割合からは何も言えません。"),
        ("en", "Every recorded reason is skill, so the shares say nothing."),
    ],
)
def test_it_says_so_when_one_reason_is_all_there_is(language: str, sentence: str) -> None:
    """Where nobody records another reason, 38 of 38 rejections are no certainty, and no finding."""
    text = printed(history({("doda", "スキル不足"): 38}), language)

    assert sentence in text
    assert "38/38" in text
    assert "100.0%" not in text
