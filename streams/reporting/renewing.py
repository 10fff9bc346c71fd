"""Renew the numbers of a deck that people have edited, from the JSON file of the report that it was made from."""

from pathlib import Path

from pydantic import ValidationError

from schemas.errors import Malformed
from schemas.reporting.difference import with_changes
from schemas.reporting.model import Report
from sinks.reports.pptx_renewal import RenewedDeck, renew_pptx


def load_report(path: Path) -> Report:
    """Return the report in its JSON file; raise Malformed."""
    try:
        return Report.model_validate_json(path.read_bytes())
    except OSError as error:
        raise Malformed("report", f"cannot read {path}: {error.strerror}") from error
    except ValidationError as error:
        what = (
            f"{path} is not the JSON file of a report; write it with `hirelay report --format json`"
        )
        raise Malformed("report", what) from error


def renew_deck(deck: Path, before: Report, filled: Report) -> tuple[RenewedDeck, Report]:
    """Return the deck with the numbers of `filled`, and the report as the version after `before`; raise Malformed."""
    same = ("tenant", "period", "language")
    for name in same:
        if getattr(before, name) != getattr(filled, name):
            what = f"its {name} is {getattr(before, name)}, not {getattr(filled, name)}"
            raise Malformed("report", f"the report before is another one: {what}")
    try:
        content = deck.read_bytes()
    except OSError as error:
        raise Malformed("deck", f"cannot read {deck}: {error.strerror}") from error
    after = with_changes(before, filled)
    return renew_pptx(content, before, after), after
