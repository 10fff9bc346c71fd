"""What it means that a record of Huntflow was deleted: never what the record said."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from schemas.errors import Unmapped
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Translation
from streams.ingest.vendors.huntflow.events import log_record, vacancies
from streams.ingest.vendors.huntflow.payload import HuntflowWebhook


def _gone(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """The record told something of an application."""
    log = log_record.record(body)
    return Translation(events=(log_record.retraction(delivery, body, (log.id,)),))


def _beside(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """The record tells of an application only where it names a vacancy, or had something of one beside it."""
    log = log_record.record(body)
    if log.vacancy or log.calendar_event or log.survey_answer_of_type_a:
        return _gone(delivery, body)
    return Translation(ignored=((delivery.name, "the deleted record was about no vacancy"),))


def _beyond_us(delivery: Delivery, _body: HuntflowWebhook, *, why: str) -> Translation:
    """Taking it back changes numbers, and there is no event for that."""
    raise Unmapped("unmapped_event", f"{delivery.name} with webhook_action DELETE: {why}")


def _vacancy(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """An edit decides nothing, and so does its deletion; anything else of 求人 cannot be taken back."""
    if vacancies.what_became(body) == vacancies.EDITED:
        return Translation(ignored=(("VACANCY", "the deleted record decided nothing"),))
    why = "what it said of the vacancy stays; drop this entry once the vacancy is as it should be"
    return _beyond_us(delivery, body, why=why)


def _offer(delivery: Delivery, body: HuntflowWebhook) -> Translation:
    """内定 that is gone; when it went is not told."""
    data = vacancies.offered(delivery, body)
    fact = (data.offer_id, "deleted")
    event = delivery.event("offer.deleted", data, delivery.when(None), fact)
    return Translation(events=(event,))


def _evaluation(_delivery: Delivery, _body: HuntflowWebhook) -> Translation:
    why = "a verdict on the recruiting is in no KPI, so that nothing has to be taken back"
    return Translation(ignored=(("RECRUITMENT-EVALUATION", why),))


_REMOVAL = (
    "the person is back, but was told to be deleted; drop this entry if the numbers are right"
)
_MERGE = (
    "two people are apart again, but were told to be one; drop this entry if the numbers are right"
)
DELETIONS: Mapping[str, Callable[[Delivery, HuntflowWebhook], Translation]] = MappingProxyType(
    {
        "APPLICANT/ADD": _beside,
        "APPLICANT/VACANCY-ADD": _gone,
        "APPLICANT/STATUS": _gone,
        "APPLICANT/COMMENT": _beside,
        "APPLICANT/REMOVED": partial(_beyond_us, why=_REMOVAL),
        "APPLICANT/VACANCY-REMOVE": _gone,
        "APPLICANT/DOUBLE": partial(_beyond_us, why=_MERGE),
        "VACANCY": _vacancy,
        "OFFER": _offer,
        "RECRUITMENT-EVALUATION": _evaluation,
    }
)
