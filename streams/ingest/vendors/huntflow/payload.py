"""The fields of Huntflow's webhooks (version 2.0) that we read."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, model_validator

from streams.ingest.lenient_fields import (
    Day,
    Each,
    Key,
    LocalMoment,
    MaybeKey,
    Number,
    Part,
    Read,
    Term,
    Whole,
    Word,
    Words,
    absent,
    named,
)


def numbered(value: object) -> object:
    """The id alone, as a number or its digits, where an object is usual."""
    text = value.strip() if isinstance(value, str) else value
    number = isinstance(text, int | float) and not isinstance(text, bool) and text > 0
    digits = isinstance(text, str) and text.isdigit()
    return {"id": text} if number or digits else value


def spare(value: object) -> object:
    """The id alone, or the name alone, where an object is usual."""
    return named(numbered(value))


def _capital(value: object) -> object:
    value = absent(value)
    return value.upper() if isinstance(value, str) else value


# What became of the record; nothing else is taken for an addition.
Action = Annotated[Literal["ADD", "EDIT", "DELETE"] | None, BeforeValidator(_capital)]


class HuntflowNamed(Read):
    """Anything with an id and a name."""

    id: MaybeKey = None
    name: Words = None


class HuntflowExternal(Read):
    """One way in which the applicant came."""

    account_source: Part[HuntflowNamed] = None


class HuntflowApplicant(Read):
    """The person, without anything personal; the documentation's own example has no id."""

    id: MaybeKey = None
    externals: Each[HuntflowExternal] = ()


class HuntflowVacancy(Read):
    """求人."""

    id: Key
    position: Words = None
    state: Word = None
    account_division: Annotated[Part[HuntflowNamed], BeforeValidator(named)] = None
    account_region: Annotated[Part[HuntflowNamed], BeforeValidator(named)] = None
    applicants_to_hire: Number = None
    deadline: Day = None


class HuntflowAttendee(Read):
    """Somebody at an interview; `member` is the id of a colleague."""

    member: MaybeKey = None


class HuntflowCalendarEvent(Read):
    """A meeting, by the id of the calendar that it came from where it has none here."""

    id: Key
    event_type: Word = None
    status: Word = None
    start: LocalMoment = None
    end: LocalMoment = None
    timezone: Words = None
    attendees: Each[HuntflowAttendee] = ()

    @model_validator(mode="before")
    @classmethod
    def known_by_one_id(cls, value: object) -> object:
        """Put `foreign` in place of an `id` that is not there."""
        if isinstance(value, dict) and absent(value.get("id")) is None:
            return {**value, "id": value.get("foreign")}
        return value


class HuntflowRespondent(Read):
    """Who filled in a scorecard: a colleague, or somebody from outside."""

    account_id: MaybeKey = None
    custom_id: MaybeKey = None


class HuntflowScorecard(Read):
    """評価表, with answers in whatever fields the customer made."""

    id: Key
    respondent: Part[HuntflowRespondent] = None
    created: LocalMoment = None


class HuntflowLog(Read):
    """One record of the applicant's log. Its `id` stays when it is edited or deleted, and so does `created`."""

    id: Key
    type: Term = None
    created: LocalMoment = None
    status: Annotated[Whole[HuntflowNamed], BeforeValidator(spare)] = None
    rejection_reason: Annotated[Whole[HuntflowNamed], BeforeValidator(spare)] = None
    employment_date: Day = None
    hired_in_fill_quota: Annotated[Whole[dict[str, object]], BeforeValidator(numbered)] = None
    vacancy: Annotated[Whole[HuntflowVacancy], BeforeValidator(numbered)] = None
    calendar_event: Part[HuntflowCalendarEvent] = None
    source: MaybeKey = None
    survey_answer_of_type_a: Part[HuntflowScorecard] = None


class HuntflowVacancyLog(Read):
    """One record of a vacancy's log; older documents call `state` `type`."""

    id: Key
    state: Word = None
    type: Word = None
    created: LocalMoment = None


class HuntflowOfferLog(Read):
    """Whether an offer was made or edited; what became of it is not told."""

    type: Word = None


class HuntflowOffer(Read):
    """内定."""

    id: MaybeKey = None
    applicant_offer_id: MaybeKey = None
    created: LocalMoment = None
    account_applicant_offer_log: Part[HuntflowOfferLog] = None


class HuntflowEvaluation(Read):
    """How the hiring manager found the recruiting."""

    id: Key
    stars: Number = None
    survey_answer: Part[HuntflowScorecard] = None


class HuntflowEvent(Read):
    """Whichever of these the event carries."""

    applicant: Whole[HuntflowApplicant] = None
    applicant_log: Whole[HuntflowLog] = None
    vacancy: Annotated[Whole[HuntflowVacancy], BeforeValidator(numbered)] = None
    vacancy_log: Whole[HuntflowVacancyLog] = None
    applicant_offer: Whole[HuntflowOffer] = None
    recruitment_evaluation: Whole[HuntflowEvaluation] = None


class HuntflowAuthor(Read):
    """Who did it."""

    id: MaybeKey = None


class HuntflowMeta(Read):
    """What the event is, and whether it adds, edits or deletes its record."""

    event_type: Term = None
    event_id: MaybeKey = None
    webhook_action: Action = None
    author: Part[HuntflowAuthor] = None


class HuntflowWebhook(Read):
    """The whole delivery."""

    event: Annotated[
        HuntflowEvent, BeforeValidator(lambda value: {} if value in (None, []) else value)
    ]
    meta: HuntflowMeta
