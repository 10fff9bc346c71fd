"""The four conditions of a delivery that is not simply accepted, named by what the caller must do."""


class Condition(Exception):
    """A condition with an actionable reason; `reason` comes from a closed set, `detail` is free text.

    Neither may hold personal data, because both reach logs and the quarantine listing.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        """Keep `reason` separate from the free-text `detail`."""
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Unauthentic(Condition):
    """The sender could not be verified: reject, without giving details."""


class Malformed(Condition):
    """The bytes are not what they claim to be: quarantine or answer 4xx; a retry cannot help."""


class Unmapped(Condition):
    """The vendor's format is understood, but nothing maps it to an event: quarantine it and report it to us."""


class Unavailable(Condition):
    """A dependency is unavailable: retry later; nothing was accepted."""
