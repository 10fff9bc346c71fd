"""`hirelay connect` writes into the configuration as a careful person would: nothing else changes."""

import difflib
from pathlib import Path

import pytest
import yaml

from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.settings import Settings
from streams.tools.connect import config_file, dialogue
from streams.tools.connect import connection as connect_connection

EXAMPLE = Path(__file__).parents[3] / "deploy/config/hirelay.yaml"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A copy of the example."""
    copied = tmp_path / "hirelay.yaml"
    copied.write_text(EXAMPLE.read_text())
    return copied


def changes(path: Path) -> list[str]:
    """What was added and removed, against the example."""
    compared = difflib.unified_diff(
        EXAMPLE.read_text().splitlines(), path.read_text().splitlines(), lineterm="", n=0
    )
    return [line for line in compared if line[0] in "+-" and not line.startswith(("+++", "---"))]


def test_comments_and_form_stay(path: Path) -> None:
    """Only the new lines are new."""
    entry = {"id": "globex-lever", "vendor": "lever", "secrets": [{"file": "secrets/x"}]}
    config_file.add_connection(path, "globex", entry)

    assert changes(path) == [
        "+      - id: globex-lever",
        "+        vendor: lever",
        "+        secrets:",
        "+          - file: secrets/x",
    ]


def test_a_file_in_another_form_keeps_it(tmp_path: Path) -> None:
    """Lists that are not indented stay so."""
    path = tmp_path / "hirelay.yaml"
    loaded = yaml.safe_load(EXAMPLE.read_text())
    path.write_text(yaml.safe_dump(loaded, allow_unicode=True, sort_keys=False))
    before = path.read_text().splitlines()
    config_file.add_secret(path, "acme", "acme-events", {"file": "secrets/second"})

    assert [line for line in path.read_text().splitlines() if line not in before] == [
        "    - file: secrets/second"
    ]


def test_what_would_not_be_valid_is_not_written(path: Path) -> None:
    """The file stays as it was, and nothing lies beside it."""
    with pytest.raises(Misconfigured):
        config_file.add_connection(path, "acme", {"id": "NOT AN ID", "vendor": "lever"})

    assert changes(path) == []
    assert [each.name for each in path.parent.iterdir()] == ["hirelay.yaml"]


def wanted(vendor: str, **more: str) -> connect_connection.ConnectRequest:
    """A connection of acme."""
    return connect_connection.ConnectRequest(
        vendor=connect_connection.vendor_of(vendor), tenant="acme", **more
    )  # type: ignore[arg-type]


def settings(path: Path) -> Settings:
    """Settings with that configuration."""
    return Settings(config=path, gateway_url="https://hooks.example.com/")


def test_a_customers_secret_is_made(path: Path) -> None:
    """Where the customer chooses the secret, a good one is made, shown, and kept for its owner alone."""
    made = connect_connection.connect(settings(path), wanted("ashby"))
    (entry,) = [c for c in load_tenancy(path).tenants[0].connections if c.vendor == "ashby"]
    kept = path.parent / "secrets" / "acme-ashby"

    assert made.url == "https://hooks.example.com/hooks/ashby/acme-ashby"
    assert (len(made.secret), kept.read_text()) == (64, made.secret)
    assert kept.stat().st_mode & 0o077 == 0
    assert (entry.id, entry.on_bad_signature) == ("acme-ashby", "quarantine")


def test_a_vendors_secret_may_come_later(path: Path) -> None:
    """Until it has come the file waits, empty; then the same command takes it, and one more later on."""
    first = connect_connection.connect(settings(path), wanted("recruitee"))
    assert first.secret_file is not None
    assert (first.secret, first.secret_file.read_text()) == ("", "")
    second = connect_connection.connect(
        settings(path), wanted("recruitee", secret="from the vendor")
    )
    third = connect_connection.connect(
        settings(path), wanted("recruitee", secret="rotated by the vendor")
    )
    (entry,) = [c for c in load_tenancy(path).tenants[0].connections if c.vendor == "recruitee"]

    assert (first.is_new, second.is_new, third.is_new) == (True, False, False)
    assert [(path.parent / (each.file or "")).read_text() for each in entry.secrets] == [
        "from the vendor",
        "rotated by the vendor",
    ]


def test_an_address_may_be_secret(path: Path) -> None:
    """Where the signature leaves out the body, the address ends in a key, the same every time it is asked for."""
    made, again = (connect_connection.connect(settings(path), wanted("lever")) for _ in range(2))
    *_, key = made.url.split("/")

    assert made.url == again.url
    assert len(key) == 32
    assert key == (path.parent / "secrets" / "acme-lever-address").read_text()


@pytest.mark.parametrize(
    ("vendor", "more", "said"),
    [
        ("ashby", {"tenant": "nobody"}, "known: acme, globex"),
        ("lever", {"name": "acme-events"}, "choose another --name"),
        ("workable", {"secret": "short"}, "no secret of Workable"),
    ],
)
def test_mistakes_are_explained(path: Path, vendor: str, more: dict[str, str], said: str) -> None:
    """With what to do instead; the file stays as it was."""
    asked = connect_connection.ConnectRequest(
        **{"vendor": connect_connection.vendor_of(vendor), "tenant": "acme", **more}
    )  # type: ignore[arg-type]
    with pytest.raises(Misconfigured, match=said):
        connect_connection.connect(settings(path), asked)
    assert changes(path) == []


@pytest.mark.parametrize(
    ("held", "said"), [(b" \n", "is empty: it holds the secret"), (b"\xff\xfea\0", "not UTF-8")]
)
def test_a_file_without_a_secret_is_not_passed_over(tmp_path: Path, held: bytes, said: str) -> None:
    """Who gives a new secret beside the old one learns that it was not taken."""
    given = tmp_path / "secret"
    given.write_bytes(held)

    with pytest.raises(Misconfigured, match=said):
        dialogue.secret(given, connect_connection.vendor_of("greenhouse"))


def test_a_byte_order_mark_is_no_part_of_a_secret(tmp_path: Path) -> None:
    """Some editors put one first; every signature would be refused."""
    given = tmp_path / "secret"
    given.write_text("a secret of the test\n", encoding="utf-8-sig")

    assert (
        dialogue.secret(given, connect_connection.vendor_of("greenhouse")) == "a secret of the test"
    )


def test_an_unknown_vendor_is_explained() -> None:
    """With the ones that are known."""
    with pytest.raises(Misconfigured, match="known: ashby, greenhouse"):
        connect_connection.vendor_of("taleo")


def test_the_page_holds_the_address(path: Path) -> None:
    """The vendor's steps name the very address to paste."""
    for vendor in connect_connection.VENDORS:
        made = connect_connection.connect(
            settings(path), wanted(vendor.name, name=f"acme-new-{vendor.name}")
        )
        text = connect_connection.page(vendor, made)
        assert "## Set up" in text
        assert "<your gateway>" not in text
        assert "<connection id>" not in text
