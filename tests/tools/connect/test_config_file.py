"""`hirelay connect` edits the configuration file without changing anything else."""

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
    """A copy of the example configuration."""
    copied = tmp_path / "hirelay.yaml"
    copied.write_text(EXAMPLE.read_text())
    return copied


def diff_lines(path: Path) -> list[str]:
    """Added and removed lines compared with the example."""
    compared = difflib.unified_diff(
        EXAMPLE.read_text().splitlines(), path.read_text().splitlines(), lineterm="", n=0
    )
    return [line for line in compared if line[0] in "+-" and not line.startswith(("+++", "---"))]


def test_comments_and_format_are_preserved(path: Path) -> None:
    """Only the new lines are added."""
    entry = {"id": "globex-lever", "vendor": "lever", "secrets": [{"file": "secrets/x"}]}
    config_file.add_connection(path, "globex", entry)

    assert diff_lines(path) == [
        "+      - id: globex-lever",
        "+        vendor: lever",
        "+        secrets:",
        "+          - file: secrets/x",
    ]


def test_another_list_style_is_preserved(tmp_path: Path) -> None:
    """Lists that are not indented stay unindented."""
    path = tmp_path / "hirelay.yaml"
    loaded = yaml.safe_load(EXAMPLE.read_text())
    path.write_text(yaml.safe_dump(loaded, allow_unicode=True, sort_keys=False))
    before = path.read_text().splitlines()
    config_file.add_secret(path, "acme", "acme-events", {"file": "secrets/second"})

    assert [line for line in path.read_text().splitlines() if line not in before] == [
        "    - file: secrets/second"
    ]


def test_comments_survive_a_new_list(tmp_path: Path) -> None:
    """A tenant without connections gets its first one; comments, quotes and blank lines stay as they are."""
    path = tmp_path / "hirelay.yaml"
    before = (
        "# Ours.\ntenants:\n  - id: 'acme'  # the first\n\n    name: \"Acme\"\n"
        "    quarantine_key: {env:   Q}\n    person_key: {env: P} # kept\n\n# the end\n"
    )
    path.write_text(before)
    config_file.add_connection(path, "acme", {"id": "yes", "vendor": "lever"})
    new_lines = "    connections:\n      - id: 'yes'\n        vendor: lever\n"

    assert path.read_text() == before.replace("# kept\n", f"# kept\n{new_lines}")
    assert [c.id for c in load_tenancy(path).tenants[0].connections] == ["yes"]


def test_an_invalid_entry_is_not_written(path: Path) -> None:
    """An invalid entry leaves the file unchanged and no temporary file behind."""
    with pytest.raises(Misconfigured):
        config_file.add_connection(path, "acme", {"id": "NOT AN ID", "vendor": "lever"})

    assert diff_lines(path) == []
    assert [file.name for file in path.parent.iterdir()] == ["hirelay.yaml"]


def request_for(vendor: str, **more: str) -> connect_connection.ConnectRequest:
    """A request for a connection of acme."""
    return connect_connection.ConnectRequest(
        vendor=connect_connection.find_vendor(vendor), tenant="acme", **more
    )  # type: ignore[arg-type]


def settings(path: Path) -> Settings:
    """Settings with that configuration."""
    return Settings(config=path, gateway_url="https://hooks.example.com/")


def test_a_customers_secret_is_generated(path: Path) -> None:
    """Where the customer chooses the secret, one is generated, shown, and stored readable by its owner only."""
    result = connect_connection.connect(settings(path), request_for("ashby"))
    (entry,) = [c for c in load_tenancy(path).tenants[0].connections if c.vendor == "ashby"]
    secret_file = path.parent / "secrets" / "acme-ashby"

    assert result.url == "https://hooks.example.com/hooks/ashby/acme-ashby"
    assert (len(result.secret), secret_file.read_text()) == (64, result.secret)
    assert secret_file.stat().st_mode & 0o077 == 0
    assert (entry.id, entry.on_bad_signature) == ("acme-ashby", "quarantine")


def test_a_vendors_secret_may_be_added_later(path: Path) -> None:
    """An empty file awaits the vendor's secret; the same command adds it later, and a second one after that."""
    first = connect_connection.connect(settings(path), request_for("recruitee"))
    assert first.secret_file is not None
    assert (first.secret, first.secret_file.read_text()) == ("", "")
    second = connect_connection.connect(
        settings(path), request_for("recruitee", secret="from the vendor")
    )
    third = connect_connection.connect(
        settings(path), request_for("recruitee", secret="rotated by the vendor")
    )
    (entry,) = [c for c in load_tenancy(path).tenants[0].connections if c.vendor == "recruitee"]

    assert (first.is_new, second.is_new, third.is_new) == (True, False, False)
    assert [(path.parent / (secret.file or "")).read_text() for secret in entry.secrets] == [
        "from the vendor",
        "rotated by the vendor",
    ]


def test_a_url_may_end_in_a_secret_key(path: Path) -> None:
    """Where the signature does not cover the body, the URL ends in a key that stays the same."""
    first, second = (
        connect_connection.connect(settings(path), request_for("lever")) for _ in range(2)
    )
    *_, key = first.url.split("/")

    assert first.url == second.url
    assert len(key) == 32
    assert key == (path.parent / "secrets" / "acme-lever-address").read_text()


@pytest.mark.parametrize(
    ("vendor", "more", "message"),
    [
        ("ashby", {"tenant": "nobody"}, "known: acme, globex"),
        ("lever", {"name": "acme-events"}, "choose another --name"),
        ("workable", {"secret": "short"}, "not a secret of Workable"),
    ],
)
def test_mistakes_are_explained(
    path: Path, vendor: str, more: dict[str, str], message: str
) -> None:
    """The error says what to do instead, and the file is unchanged."""
    request = connect_connection.ConnectRequest(
        **{"vendor": connect_connection.find_vendor(vendor), "tenant": "acme", **more}
    )  # type: ignore[arg-type]
    with pytest.raises(Misconfigured, match=message):
        connect_connection.connect(settings(path), request)
    assert diff_lines(path) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [(b" \n", "is empty: it must contain the secret"), (b"\xff\xfea\0", "not UTF-8")],
)
def test_a_file_without_a_secret_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """A secret file that is empty or not text is an error."""
    secret_file = tmp_path / "secret"
    secret_file.write_bytes(content)

    with pytest.raises(Misconfigured, match=message):
        dialogue.read_secret(secret_file, connect_connection.find_vendor("greenhouse"))


def test_a_byte_order_mark_is_stripped_from_a_secret(tmp_path: Path) -> None:
    """A byte order mark is stripped; with it every signature would be refused."""
    secret_file = tmp_path / "secret"
    secret_file.write_text("a secret of the test\n", encoding="utf-8-sig")

    assert (
        dialogue.read_secret(secret_file, connect_connection.find_vendor("greenhouse"))
        == "a secret of the test"
    )


def test_an_unknown_vendor_is_explained() -> None:
    """The error for an unknown vendor lists the known ones."""
    with pytest.raises(Misconfigured, match="known: ashby, careerrelay, greenhouse"):
        connect_connection.find_vendor("taleo")


def test_the_setup_guide_contains_the_url(path: Path) -> None:
    """The setup guide of every vendor contains the actual URL."""
    for vendor in connect_connection.VENDORS:
        result = connect_connection.connect(
            settings(path), request_for(vendor.name, name=f"acme-new-{vendor.name}")
        )
        text = connect_connection.setup_guide(vendor, result)
        assert "## Set up" in text
        assert "<your gateway>" not in text
        assert "<connection id>" not in text
