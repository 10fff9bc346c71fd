"""The lines still to be sent are those of rejected candidates that nobody has used, whatever else was issued."""

from schemas.relay.facts import Clicked
from streams.tools.relay.links import pending
from streams.tools.relay.read import History
from tests.schemas.relay.builders import day, invited, ledger, registered, step


def test_a_link_that_was_used_is_not_sent_again() -> None:
    """Opened, registered through without a counted click, expired, undone and company-wide links are left out."""
    names = ["opened", "registered", "expired", "undone", "waiting"]
    state = ledger(
        *(step("rejected", name) for name in names),
        *(invited(name) for name in names if name != "expired"),
        invited("expired", expires=day(5)),
        invited(None),
        Clicked(id="click", at=day(3), token_id="t-opened"),
        registered("p", "registered"),
        step("reopened", "undone", 4),
    )

    assert [link.application for link in pending(History(state), day(6))] == ["waiting"]
