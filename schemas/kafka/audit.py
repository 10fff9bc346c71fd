"""The record of the topic `audit-log`: who changed what is kept or counted, when, and to what."""

from typing import Literal, get_args

from pydantic import AwareDatetime

from schemas.events.application import FrozenModel, Text

AuditAction = Literal[
    "acted",
    "changed",
    "dropped",
    "erased",
    "named",
    "rebuilt",
    "recounted",
    "refused",
    "rekeyed",
    "replayed",
    "signed_in",
]
AUDIT_ACTIONS: tuple[AuditAction, ...] = get_args(AuditAction)


class AuditRecord(FrozenModel):
    """One thing that somebody did. `tenant` is empty for what concerns all of them.

    `by` is the name of an access token, the user and machine of a command, or who signed in or was refused, from where; `subject` what it was done to, `detail` how
    much. None of them may name a candidate, because the records are kept for ever.
    """

    tenant: str
    at: AwareDatetime
    by: Text
    action: AuditAction
    subject: Text
    detail: Text = ""

    @property
    def key(self) -> bytes:
        """The record's key."""
        return self.tenant.encode()
