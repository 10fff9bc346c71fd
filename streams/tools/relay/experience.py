"""The table and sentences of `hirelay relay cx`: what candidates say, and whether the line changes what they do."""

from collections.abc import Iterable, Mapping

from schemas.relay.candidate_experience import Experience
from schemas.relay.experience import Contrast, Group, Share, SurveyScore
from schemas.text.languages import Words, translate
from schemas.text.units import format_number
from streams.tools.tables import TableColumn, TextTable

OUTCOMES: Mapping[str, Words] = {
    "reapplied": ("再応募", "Re-applied"),
    "referred": ("紹介", "Referred somebody"),
}
GROUPS: Mapping[Group, Words] = {
    "invited": ("案内した人", "invited"),
    "not_invited": ("案内していない人", "not invited"),
    "withheld": ("対照群(案内なし)", "control group"),
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
        "{outcome}: {days} 日以内の割合の差(案内あり − なし)は {value} ポイント、90% 区間 [{low}, {high}]。{verdict}",
        "{outcome}: difference of the shares within {days} days (with the line − without): {value} points, 90 % interval [{low}, {high}]. "
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
        "紹介は分かりません: 誰が紹介したか(`referrer_candidate_id`)が、どのシステムからも届いていません。",
        "Referrals are unknown: no system has reported who referred an applicant (`referrer_candidate_id`).",
    ),
}


def experience_table(experience: Experience, language: str) -> TextTable:
    """The figures as a table, with what may be concluded below."""
    outcomes = {"reapplied": experience.reapplied, "referred": experience.referred}
    named = [(_text("registered", language), experience.registered)]
    named += [
        (f"{translate(OUTCOMES[name], language)}: {translate(GROUPS[group], language)}", share)
        for name, outcome in outcomes.items()
        if outcome is not None
        for group, share in outcome.groups.items()
    ]
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
        notes=[*_conclusion(experience, language)],
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


def _conclusion(experience: Experience, language: str) -> Iterable[str]:
    contrast = experience.reapplied.contrast
    if contrast is None:
        yield _text("too_few", language)
    else:
        yield _difference("reapplied", contrast, language)
    if experience.referred is None:
        yield _text("referrals", language)
    elif experience.referred.contrast is not None:
        yield _difference("referred", experience.referred.contrast, language)
    if contrast is not None:
        yield _text("experiment" if contrast.is_experiment else "no_experiment", language)


def _difference(outcome: str, figure: Contrast, language: str) -> str:
    interval = figure.interval
    return _text(
        "difference",
        language,
        outcome=translate(OUTCOMES[outcome], language),
        days=figure.invited.days,
        value=f"{100 * figure.difference:+.1f}",
        low=f"{100 * interval.low:+.1f}",
        high=f"{100 * interval.high:+.1f}",
        verdict=_text("differs" if interval.excludes(0) else "chance", language),
    )


def _text(name: str, language: str, **values: object) -> str:
    return translate(SENTENCES[name], language).format(**values)
