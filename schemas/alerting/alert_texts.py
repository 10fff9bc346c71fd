"""The texts of an alert in the breach's language: summary, description and suggestion."""

from schemas.alerting.breach import Breach, Split
from schemas.alerting.kinds import kind_of
from schemas.alerting.messages import ENDINGS, points, quoted_member
from schemas.kpis.catalogue import definition_of
from schemas.text.languages import translate
from schemas.text.units import format_number
from schemas.text.words import dimension_name


def summary(breach: Breach) -> str:
    """One sentence: what is off target, of which member, its value and its limit."""
    return kind_of(breach).summary(breach)


def description(breach: Breach) -> str:
    """The evidence, start day, main contributor and first check."""
    separator, course = translate((("", _course_ja), (" ", _course_en)), breach.language)
    sentences = [*kind_of(breach).evidence_sentences(breach), *course(breach)]
    return separator.join(sentence for sentence in sentences if sentence)


def assumptions(breach: Breach) -> str:
    """What must hold for the bound on false alarms; empty if the rule claims none."""
    return kind_of(breach).assumptions(breach)


def suggestion(breach: Breach) -> str:
    """The usual remedy and the role that owns it; empty if the KPI was deleted since."""
    play, language = definition_of(breach.kpi).play, breach.language
    if play is None:
        return ""
    owner = translate(("({})", " ({})"), language).format(play.owner(language))
    return play.suggestion(language) + owner


def _course_ja(breach: Breach) -> list[str]:
    """Since when, because of which segment, and how it ended or what to check."""
    check, segment = _first_check(breach), _describe_segment(breach)
    return [
        f"{breach.since} から。",
        segment and f"最も影響が大きいのは{segment}。",
        *(_split_ja(breach, breach.split) if breach.split else ()),
        f"{ENDINGS[breach.ending][0]}。" if breach.ending else check and f"まず確認: {check}",
    ]


def _course_en(breach: Breach) -> list[str]:
    check, segment = _first_check(breach), _describe_segment(breach)
    return [
        f"Since {breach.since}.",
        segment and f"Main contributor: {segment}.",
        *(_split_en(breach, breach.split) if breach.split else ()),
        f"{ENDINGS[breach.ending][1]}." if breach.ending else check and f"Check first: {check}",
    ]


def _split_ja(breach: Breach, split: Split) -> list[str]:
    rate, mix = (points(effect, "ja") for effect in (split.rate, split.mix))
    name = dimension_name(split.dimension, "ja")
    nobody = "" if breach.segment else "単独の原因といえる媒体・求人はありません。"
    return [f"これまでとの差の内訳({name}別): 率の変化 {rate}、構成の変化 {mix}。", nobody]


def _split_en(breach: Breach, split: Split) -> list[str]:
    rate, mix = (points(effect, "en") for effect in (split.rate, split.mix))
    name = dimension_name(split.dimension, "en")
    nobody = "" if breach.segment else "No single channel or job is the cause."
    return [f"Of the change against its past, by {name}: rates {rate}, mix {mix}.", nobody]


def _first_check(breach: Breach) -> str:
    play = definition_of(breach.kpi).play
    return play.check(breach.language) if play else ""


def _describe_segment(breach: Breach) -> str:
    segment, language = breach.segment, breach.language
    if segment is None:
        return ""
    value = kind_of(breach).segment_value(segment, language)
    if segment.past is not None:
        past = format_number(segment.past, "ratio", language)
        value = translate((f"{past} から {value}", f"from {past} to {value}"), language)
    cases = translate(("({}、n = {})", " ({}, n = {})"), language).format(value, segment.n)
    return quoted_member(segment.dimension, segment.member, language) + cases
