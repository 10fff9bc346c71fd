"""The tables and sentences of `hirelay relay reasons`: why a company rejects, what that suggests, and what came of it."""

from collections.abc import Iterable, Mapping

from schemas.relay.factors import FACTORS
from schemas.relay.mismatch import FactorShare
from schemas.relay.reasons import Reasons
from schemas.relay.suggestions import Effect, Suggestion
from schemas.text.languages import Words, translate
from schemas.text.units import format_number
from streams.tools.tables import TableColumn, TextTable

MAX_ROWS = 40
NONE, NO_OWNER = "–", "hiring_team"
COLUMNS: tuple[Words, ...] = (
    ("求人", "Job"),
    ("要件の版", "Version"),
    ("媒体", "Channel"),
    ("要因", "Factor"),
    ("件数", "Count"),
    ("割合", "Share"),
    ("90% 区間", "90 %"),
    ("倍率", "Lift"),
    ("判定", "Verdict"),
)
NUMERIC = {4, 5, 7}
SENTENCES: Mapping[str, Words] = {
    "title": ("不採用の理由: {tenant}", "Rejection reasons: {tenant}"),
    "stands_out": ("目立つ", "stands out"),
    "nothing": ("目立つ要因はありません。", "Nothing stands out."),
    "one_factor": (
        "記録された不採用理由は「{factor}」だけなので、割合からは何も言えません。",
        "Every recorded reason is {factor}, so the shares say nothing.",
    ),
    "suggestion": (
        "提案({owner}): 求人 {job}・媒体 {channel} では「{text}」に対し、{factor}が不採用の {share} [{low}–{high}] を占めます。"
        "緩めればあと {passed} 人が通過し、同じ求人の採用率ならうち {hires} 人 [{hires_low}–{hires_high}] が採用でした。",
        "Suggestion ({owner}): for job {job} and channel {channel}, “{text}” turns away {share} [{low}–{high}] by {factor}. Relaxing it"
        " would have passed {passed} more, of whom {hires} [{hires_low}–{hires_high}] would have been hired at the job's own rate.",
    ),
    "effect": (
        "効果: 求人 {job} は {since} に{factor}の提案を採用しました。割合は {before} から {after}、差の 90% 区間は [{low}–{high}]。{verdict}",
        "Effect: job {job} accepted the suggestion about {factor} on {since}. Its share went from {before} to {after}, 90 % interval of the"
        " difference [{low}–{high}]: {verdict}",
    ),
    "fell": ("下がりました。", "it fell."),
    "rose": ("上がりました。", "it rose."),
    "unclear": ("まだ何とも言えません。", "nothing can be said yet."),
    "unmapped": (
        "要因に対応づけていない理由: {reason} {count} 件",
        "Reason without a factor: {reason}, {count}",
    ),
    "no_reason": ("(理由なし)", "(no reason)"),
    "first": ("最初の版", "first"),
    "no_text": ("要件", "the requirement"),
}


def reasons_table(reasons: Reasons, language: str) -> TextTable:
    """The shares as a table; what they suggest, what came of it and what nobody mapped stand below."""
    return TextTable(
        title=_text("title", language, tenant=reasons.tenant),
        columns=[
            TableColumn(title=translate(title, language), numeric=index in NUMERIC)
            for index, title in enumerate(COLUMNS)
        ],
        rows=[_row(share, language) for share in reasons.shares[:MAX_ROWS]],
        notes=list(_notes(reasons, language)),
    )


def _text(name: str, language: str, **values: object) -> str:
    return translate(SENTENCES[name], language).format(**values)


def _row(share: FactorShare, language: str) -> list[str]:
    place = share.place
    return [
        place.job or NONE,
        _text("first", language) if place.version is None else place.version.isoformat(),
        place.channel or NONE,
        translate(FACTORS[share.factor], language),
        f"{share.count}/{share.n}",
        _percent(share.share, language),
        f"{_percent(share.low, language)}–{_percent(share.high, language)}",
        NONE if share.lift is None else f"×{share.lift:.1f}",
        _text("stands_out", language) if share.stands_out else "",
    ]


def _notes(reasons: Reasons, language: str) -> Iterable[str]:
    if reasons.only_factor is not None:
        yield _text(
            "one_factor", language, factor=translate(FACTORS[reasons.only_factor], language)
        )
    elif not reasons.anything_stands_out:
        yield _text("nothing", language)
    for suggestion in reasons.suggestions:
        yield _suggestion(suggestion, language)
    for effect in reasons.effects:
        yield _effect(effect, language)
    for reason, count in reasons.unmapped.items():
        yield _text(
            "unmapped", language, reason=reason or _text("no_reason", language), count=count
        )


def _suggestion(suggestion: Suggestion, language: str) -> str:
    share, requirement = suggestion.share, suggestion.requirement
    return _text(
        "suggestion",
        language,
        owner=NO_OWNER if requirement is None else requirement.owner,
        job=share.place.job or NONE,
        channel=share.place.channel or NONE,
        text=_text("no_text", language) if requirement is None else requirement.text,
        factor=translate(FACTORS[share.factor], language),
        share=_percent(share.share, language),
        low=_percent(share.low, language),
        high=_percent(share.high, language),
        passed=suggestion.passed,
        hires=f"{suggestion.hires:.1f}",
        hires_low=f"{suggestion.low:.1f}",
        hires_high=f"{suggestion.high:.1f}",
    )


def _effect(effect: Effect, language: str) -> str:
    difference, verdict = effect.difference, "unclear"
    if effect.change is not None and difference.excludes(0):
        verdict = "fell" if effect.change < 0 else "rose"
    return _text(
        "effect",
        language,
        job=effect.requirement.job,
        factor=translate(FACTORS[effect.factor], language),
        since=effect.requirement.since.isoformat(),
        before=f"{effect.before[0]}/{effect.before[1]}",
        after=f"{effect.after[0]}/{effect.after[1]}",
        low=_percent(difference.low, language),
        high=_percent(difference.high, language),
        verdict=_text(verdict, language),
    )


def _percent(share: float, language: str) -> str:
    return format_number(share, "ratio", language)
