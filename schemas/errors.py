"""The four conditions a delivery can be in when it is not simply accepted, named by what the caller must do."""


class Condition(Exception):
    """A named condition with a reason a person can act on; `reason` is from a closed set, `detail` is free text.

    Obligation: neither may hold personal data, because both reach logs and the quarantine listing.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        """Keep the closed-set reason apart from the free detail."""
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Unauthentic(Condition):
    """The sender could not be verified: refuse, tell nobody why in detail."""


class Malformed(Condition):
    """The bytes cannot be what they claim to be: set aside or answer 4xx; a retry cannot help."""


class Unmapped(Condition):
    """Understood as the vendor's, but nothing says what it means here: set aside, and tell us."""


class Unavailable(Condition):
    """A part we need is away: try again later; nothing was accepted."""
