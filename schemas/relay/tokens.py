"""Tokens of links: 128 bits derived from a company's key, so that an invitation that is repeated has the same link."""

import base64
import hashlib
import hmac
import re

TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")  # 16 bytes as base64url without padding
PURPOSE = b"hirelay/relay/1"
WHOLE_COMPANY = ""  # stands for the application of a company-wide link
HOLDOUT_STEPS = 10_000


def relay_key(secret: bytes) -> bytes:
    """The key of a company's tokens, derived from its `person_key`."""
    return hmac.digest(secret, PURPOSE, "sha256")


def invitation_id(tenant: str, application: str) -> str:
    """The id of the invitation for an application, or of the company-wide one: 32 hex digits."""
    return hashlib.sha256(f"{tenant}\x1f{application}".encode()).hexdigest()[:32]


def token(key: bytes, invitation: str) -> str:
    """The token of an invitation: 22 characters that nobody without the key can guess."""
    digest = hmac.digest(key, f"link\x1f{invitation}".encode(), "sha256")[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def token_id(text: str) -> str:
    """What is stored instead of the token, so that no reader of the ledger can use a link: 32 hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def is_held_out(key: bytes, subject: str, percent: int) -> bool:
    """Whether a candidate belongs to the control group; the same answer at every repetition."""
    digest = hmac.digest(key, f"holdout\x1f{subject}".encode(), "sha256")
    return int.from_bytes(digest[:8]) % HOLDOUT_STEPS < percent * HOLDOUT_STEPS // 100
