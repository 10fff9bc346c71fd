"""Tests that adding a vendor needs only its package, its page, two lines in the vendor list, and fixtures."""

import hashlib
import hmac
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECRET = "a secret of pigeons"
FILES = {
    "streams/ingest/vendors/pigeon/__init__.py": '"""Pigeon Recruiting."""\n',
    "streams/ingest/vendors/pigeon/README.md": """# Pigeon Recruiting

## Set up

1. `hirelay connect pigeon --tenant <tenant>`, then paste the address.

## Events to tick

All of them.
""",
    "streams/ingest/vendors/pigeon/verifier.py": '''"""Pigeon signs the raw body, in lower-case hex."""

from datetime import datetime

from streams.ingest import signature
from streams.ingest.vendor import Headers, Secrets


def verify(headers: Headers, body: bytes, secrets: Secrets, _now: datetime) -> None:
    """Raise Unauthentic unless `X-Pigeon` is the HMAC-SHA256 of the body."""
    received = signature.single_header(headers, "x-pigeon")
    signature.require_match([received], signature.hex_hmacs(secrets, body))
''',
    "streams/ingest/vendors/pigeon/payload.py": '''"""The fields we read from a pigeon's letter."""

from streams.ingest.lenient_fields import Instant, Key, LenientText, Term, VendorPayload


class Letter(VendorPayload):
    """One letter; `loft` is where the person came from."""

    kind: Term = None
    person: Key
    loft: LenientText = None
    flown: Instant = None
''',
    "streams/ingest/vendors/pigeon/events.py": '''"""Letters as canonical events."""

from schemas.events import application as canonical
from streams.ingest import normalize
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Translation
from streams.ingest.vendors.pigeon.payload import Letter


def application_created(delivery: Delivery, letter: Letter) -> Translation:
    """Return the application that a letter announces."""
    when = delivery.event_time(letter.flown)
    application = canonical.Application(id=delivery.id(letter.person), applied_at=letter.flown)
    data = canonical.Created(application=application, channel=normalize.channel(letter.loft))
    return Translation(events=(delivery.event("application.created", data, when, (when.text,)),))
''',
    "streams/ingest/vendors/pigeon/adapter.py": '''"""Pigeon Recruiting: maps each letter to canonical events."""

from functools import partial
from types import MappingProxyType

from streams.ingest import lenient_fields, normalize, signature
from streams.ingest.normalize import Delivery
from streams.ingest.vendor import Context, Headers, Translation, Vendor
from streams.ingest.vendors.pigeon import events, verifier
from streams.ingest.vendors.pigeon.payload import Letter

IGNORED = MappingProxyType({"cooed": "says nothing of hiring"})


def translate(body: bytes, _headers: Headers, context: Context) -> Translation:
    """Return the canonical events of one verified letter; raise Malformed or Unmapped."""
    letter, faults = lenient_fields.parse(Letter, body)
    name = normalize.required(letter.kind, "kind")
    delivery = Delivery(name=name, raw=body, context=context)
    normalizers = {"arrived": partial(events.application_created, delivery, letter)}
    return normalize.dispatch(name, normalizers, IGNORED, faults)


VENDOR = Vendor(
    name="pigeon",
    title="Pigeon Recruiting",
    key=signature.plain_key,
    verify=verifier.verify,
    translate=translate,
    mapped=frozenset({"arrived"}),
    ignored=IGNORED,
    expected=frozenset({"arrived"}),
)
''',
    "tests/vendors/pigeon/arrived.json": json.dumps(
        {
            "kind": "arrived",
            "person": 7,
            "name": "x",
            "loft": "鳩舎",
            "flown": "2026-03-02T08:00:00Z",
        }
    ),
    "tests/vendors/pigeon/cooed.json": json.dumps({"kind": "cooed", "person": 7}),
    "tests/vendors/pigeon/unknown.json": json.dumps({"kind": "moulted", "person": 7}),
    "tests/vendors/pigeon/_story.json": json.dumps(
        {
            "deliveries": ["arrived"],
            "channel": "鳩舎",
            "counts": {"2026-03-02": {"applications": 1}},
        }
    ),
    "tests/vendors/pigeon/_vectors.json": json.dumps(
        [
            {
                "id": "pigeon",
                "secret": SECRET,
                "seconds": 1_700_000_000,
                "headers": [
                    ["x-pigeon", hmac.new(SECRET.encode(), b"{}", hashlib.sha256).hexdigest()]
                ],
                "body": "{}",
            }
        ]
    ),
}
LIST = "streams/ingest/vendors/__init__.py"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Copy the repository without ignored files."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    for name in listed:
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tmp_path / name)
    return tmp_path


def run(copy: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in the copy."""
    return subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)


def test_a_new_vendor_touches_only_its_own_files(copy: Path) -> None:
    """A new vendor's own files suffice to serve, fuzz, verify, count and lint it, without changing any test."""
    for name, text in FILES.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(text)
    lines = (copy / LIST).read_text()
    imported = "from streams.ingest.vendors.recruitee import"
    lines = lines.replace(
        imported, f"from streams.ingest.vendors.pigeon import adapter as pigeon\n{imported}"
    ).replace("    recruitee.VENDOR,\n", "    pigeon.VENDOR,\n    recruitee.VENDOR,\n")
    (copy / LIST).write_text(lines)
    quick = ("-q", "--hypothesis-profile=quick")
    tests = ("tests/vendors", "tests/ingest/test_signature.py", "-k", "pigeon")

    recorded = run(copy, sys.executable, "-m", "pytest", *quick, "--write-expected", *tests)
    whole = run(copy, sys.executable, "-m", "pytest", *quick, *tests[:-2], "-k", "every_vendor")
    linted = run(copy, str(Path(sys.executable).parent / "lint-imports"))
    styled = run(copy, str(Path(sys.executable).parent / "ruff"), "check", "streams/ingest")

    for completed in (recorded, whole, linted, styled):
        assert completed.returncode == 0, completed.stdout[-3000:] + completed.stderr[-1000:]
    passed = int(recorded.stdout.split(" passed")[0].split()[-1])
    assert passed >= 15, recorded.stdout[-500:]
