"""The table and sentences of `hirelay relay cx`: what candidates say, and whether the line changes what they do."""

from collections.abc import Iterable, Mapping

from schemas.relay.candidate_experience import Experience
from schemas.relay.experience import Contrast, Group, Share, SurveyScore
from schemas.text.languages import Words, translate
from schemas.text.units import format_number
from streams.tools.tables import TableColumn, TextTable

GROUPS: Mapping[Group, Words] = {
    "invited": ("再応募: 案内した人", "Re-applied: invited"),
    "not_invited": ("再応募: 案内していない人", "Re-applied: not invited"),
    "withheld": ("再応募: 対照群(案内なし)", "Re-applied: control group"),
}
COLUMNS: tuple[Words, ...] = (
    ("区分", "Figure"),
    ("n", "n"),
    ("件数", "Events"),
    ("日数", "Within"),
    ("値", "Value"),
    ("90% 区間", "90 %"),
)
NONE = "–"
SENTENCES: Mapping[str, Words] = {
    "title": ("候補者体験: {tenant}", "Candidates' experience: {tenant}"),
    "score": ("候補者アンケートの平均点", "Survey score (mean)"),
    "registered": ("登録(本人 URL から)", "Registered through their own link"),
    "difference": (
        "{days} 日以内の再応募率の差(案内あり − なし)は {value} ポイント、90% 区間 [{low}, {high}]。{verdict}",
        "Difference of the re-application rates within {days} days (with the line − without): {value} points, 90 % interval [{low}, {high}]. "
        "{verdict}",
    ),
    "too_few": (
        "比べられません: 案内ありとなしのそれぞれに 10 人以上が必要です。",
        "Nothing can be compared: ten candidates with the line and ten without are needed.",
    ),
    "experiment": (
        "案内しない人を無作為に選んだので、これは実験です。",
        "The line was withheld at random, so this is an experiment.",
    ),
    "no_experiment": (
        "これは実験ではありません: 案内した人としていない人は、ほかの点でも違うかもしれません。`holdout` を設定すると実験になります。",
        "This is no experiment: the invited may differ from the others in other ways. `holdout` makes it one.",
    ),
    "differs": ("差は偶然とは言えません。", "Chance does not explain it."),
    "chance": ("偶然で説明できる差です。", "Chance explains it."),
    "referrals": (
        "紹介は分かりません: 不採用になった人が誰を紹介したかは、どのシステムからも届きません。",
        "Referrals are unknown: no system reports whom a rejected candidate referred.",
    ),
}


def experience_table(experience: Experience, language: str) -> TextTable:
    """The figures as a table, with what may be concluded below."""
    shares = [
        (translate(GROUPS[name], language), one) for name, one in experience.reapplied.items()
    ]
    named = [(_text("registered", language), experience.registered), *shares]
    return TextTable(
        title=_text("title", language, tenant=experience.tenant),
        columns=[
            TableColumn(title=translate(title, language), numeric=index > 0)
            for index, title in enumerate(COLUMNS)
        ],
        rows=[
            *([] if experience.score is None else [_score_row(experience.score, language)]),
            *(_row(name, share, language) for name, share in named if share is not None),
        ],
        notes=[*_conclusion(experience.contrast, language), _text("referrals", language)],
    )


def _score_row(figure: SurveyScore, language: str) -> list[str]:
    interval = figure.interval
    bounds = NONE if interval is None else f"{interval.low:.2f}–{interval.high:.2f}"
    return [_text("score", language), str(figure.n), "", "", f"{figure.mean:.2f}", bounds]


def _row(name: str, share: Share, language: str) -> list[str]:
    low, high = share.interval.low, share.interval.high
    return [
        name,
        str(share.n),
        str(share.events),
        str(share.days),
        format_number(share.value, "ratio", language),
        f"{format_number(low, 'ratio', language)}–{format_number(high, 'ratio', language)}",
    ]


def _conclusion(figure: Contrast | None, language: str) -> Iterable[str]:
    if figure is None:
        yield _text("too_few", language)
        return
    interval = figure.interval
    yield _text(
        "difference",
        language,
        days=figure.invited.days,
        value=f"{100 * figure.difference:+.1f}",
        low=f"{100 * interval.low:+.1f}",
        high=f"{100 * interval.high:+.1f}",
        verdict=_text("differs" if interval.excludes(0) else "chance", language),
    )
    yield _text("experiment" if figure.is_experiment else "no_experiment", language)


def _text(name: str, language: str, **values: object) -> str:
    return translate(SENTENCES[name], language).format(**values)
