"""The texts of an alert in the breach's language: summary, description and suggestion."""

from schemas.alerting.breach import Breach, Segment
from schemas.alerting.kinds import kind_of
from schemas.alerting.messages import DIMENSIONS_JA, ENDINGS
from schemas.kpis.catalogue import definition_of


def summary(breach: Breach) -> str:
    """One sentence: what is off target, of which member, its value and its limit."""
    return kind_of(breach).summary(breach)


def description(breach: Breach) -> str:
    """The evidence, start day, main contributor and first check."""
    separator = "" if breach.language == "ja" else " "
    sentences = [*kind_of(breach).evidence_sentences(breach), *_course(breach)]
    return separator.join(sentence for sentence in sentences if sentence)


def suggestion(breach: Breach) -> str:
    """The usual remedy and the role that owns it; empty if the KPI was deleted since."""
    play, language = definition_of(breach.kpi).play, breach.language
    if play is None:
        return ""
    owner = play.owner(language)
    return (
        f"{play.suggestion(language)}({owner})"
        if language == "ja"
        else (f"{play.suggestion(language)} ({owner})")
    )


def _course(breach: Breach) -> list[str]:
    """Since when, because of which segment, and how it ended or what to check."""
    play = definition_of(breach.kpi).play
    check = play.check(breach.language) if play else ""
    segment = _describe_segment(breach.segment, breach) if breach.segment else ""
    if breach.language == "ja":
        return [
            f"{breach.since} から。",
            f"最も影響が大きいのは{segment}。" if segment else "",
            f"{ENDINGS[breach.ending][0]}。" if breach.ending else check and f"まず確認: {check}",
        ]
    return [
        f"Since {breach.since}.",
        f"Main contributor: {segment}." if segment else "",
        f"{ENDINGS[breach.ending][1]}." if breach.ending else check and f"Check first: {check}",
    ]


def _describe_segment(segment: Segment, breach: Breach) -> str:
    value = kind_of(breach).segment_value(segment, breach.language)
    if breach.language == "ja":
        return f"{DIMENSIONS_JA[segment.dimension]}「{segment.member}」({value}、n = {segment.n})"
    return f'{segment.dimension} "{segment.member}" ({value}, n = {segment.n})'
