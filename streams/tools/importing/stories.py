"""Tell a few applications of an import in words, so that a person sees whether the map reads them right."""

from collections.abc import Iterable, Iterator

from schemas.text.languages import Words, translate
from streams.tools.importing.events import RowEvent
from streams.tools.importing.settling.settle import Settled

MAX_STORIES = 5
MAX_READ = 2_000  # entities looked at for the stories that say most
WORDS: dict[str, Words] = {
    "application.created": ("に応募", "applied"),
    "application.rejected": ("に不採用", "was rejected"),
    "application.withdrawn": ("に辞退", "withdrew"),
    "application.closed": ("に選考終了", "was closed"),
    "application.hired": ("に採用決定", "was hired"),
    "interview.scheduled": ("に面接を設定", "had an interview scheduled"),
    "interview.completed": ("に面接を実施", "was interviewed"),
    "interview.cancelled": ("に面接を中止", "had an interview cancelled"),
    "interview.no_show": ("の面接に来なかった", "did not come to an interview"),
    "feedback.submitted": ("に評価が提出された", "got a scorecard"),
    "offer.sent": ("に内定を通知", "was made an offer"),
    "offer.accepted": ("に内定を承諾", "accepted the offer"),
    "offer.declined": ("に内定を辞退", "declined the offer"),
    "offer.expired": ("に内定の期限切れ", "let the offer expire"),
    "offer.revoked": ("に内定を取消", "had the offer revoked"),
    "employment.started": ("に入社", "started work"),
    "employment.ended": ("に退職", "left"),
}
MOVED_TO: Words = ("に「{stage}」へ進んだ", "moved to {stage}")
ON_DAY: Words = ("{day} {what}", "{what} on {day}")
AT_UNKNOWN: Words = ("日付不明の日{what}", "{what} at an unknown time")
SENTENCE: Words = ("{entity}: {clauses}。", "{entity} {clauses}.")
SEPARATOR: Words = ("、", ", ")


def choose_stories(settled: Iterable[Settled], language: str = "en") -> list[str]:
    """Up to five applications with different courses, those that say most first."""
    longest: dict[tuple[str, ...], Settled] = {}
    for number, entity in enumerate(settled):
        if number >= MAX_READ:
            break
        if entity.is_application and entity.events:
            longest.setdefault(tuple(event.type for event in entity.events), entity)
    chosen = sorted(longest.values(), key=lambda entity: -len(entity.events))
    return [tell(entity, language) for entity in chosen[:MAX_STORIES]]


def tell(settled: Settled, language: str = "en") -> str:
    """The application as one sentence."""
    clauses = translate(SEPARATOR, language).join(_clauses(settled.events, language))
    return translate(SENTENCE, language).format(entity=settled.entity, clauses=clauses)


def _clauses(events: tuple[RowEvent, ...], language: str) -> Iterator[str]:
    for event in events:
        words = WORDS.get(event.type, (event.type, event.type))
        what = translate(words, language)
        if event.type == "application.stage_changed":
            what = translate(MOVED_TO, language).format(stage=event.stage)
        form = AT_UNKNOWN if event.fact.undated else ON_DAY
        yield translate(form, language).format(what=what, day=event.fact.when.day)
