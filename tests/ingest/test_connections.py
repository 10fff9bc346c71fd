"""The configuration reports its problems; secrets are resolved, derived and never printed."""

from pathlib import Path

import pytest

from streams.configuration.files import Misconfigured
from streams.ingest.configuration_watcher import vendor_schemes
from streams.ingest.connections import load
from tests.ingest.gateways import ENVIRON

EXAMPLE = Path(__file__).parents[2] / "deploy" / "config" / "hirelay.yaml"
SHORT = """
tenants:
  - id: acme
    name: acme
    quarantine_key: {env: QUARANTINE}
    person_key: {env: PERSON}
    connections:
      - {id: gh, vendor: %s, secrets: [{%s}]}
"""


def write_configuration(
    folder: Path, vendor: str = "greenhouse", secret: str = "env: GREENHOUSE"
) -> Path:
    """Write a configuration file of one connection."""
    path = folder / "hirelay.yaml"
    path.write_text(SHORT % (vendor, secret))
    return path


def test_example_names_every_missing_secret() -> None:
    """The example configuration lists every secret that is not set."""
    with pytest.raises(Misconfigured) as caught:
        load(EXAMPLE, {}, vendor_schemes())

    assert "connection acme-greenhouse, secret 1: no secret in environment variable" in str(
        caught.value
    )
    assert str(caught.value).count("no secret in") == 9


def test_file_secret(tmp_path: Path) -> None:
    """A secret is read from a file beside the configuration, without its trailing line break."""
    (tmp_path / "key").touch(mode=0o600)
    (tmp_path / "key").write_text("a secret of sixteen or more\n")
    configuration = load(
        write_configuration(tmp_path, secret="file: key"), ENVIRON, vendor_schemes()
    )

    assert configuration.connections["greenhouse", "gh"].secrets == (
        b"a secret of sixteen or more",
    )


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A missing secret file is reported with its path."""
    with pytest.raises(
        Misconfigured, match=r"connection gh, secret 1: no secret in file .*nowhere"
    ):
        load(write_configuration(tmp_path, secret="file: nowhere"), ENVIRON, vendor_schemes())


def test_unknown_vendor_is_named(tmp_path: Path) -> None:
    """A vendor without an adapter is refused before the gateway starts."""
    with pytest.raises(Misconfigured, match="known: ashby, careerrelay, greenhouse"):
        load(write_configuration(tmp_path, vendor="pigeon"), ENVIRON, vendor_schemes())


def test_unusable_secret_is_named(tmp_path: Path) -> None:
    """A secret of the wrong format is refused before the gateway starts, and not printed."""
    with pytest.raises(Misconfigured, match="whsec_") as caught:
        load(write_configuration(tmp_path, vendor="standard"), ENVIRON, vendor_schemes())

    assert ENVIRON["GREENHOUSE"] not in str(caught.value)


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    """The repr of a connection shows no secret; its derived keys have 32 bytes and differ."""
    resolved = load(write_configuration(tmp_path), ENVIRON, vendor_schemes()).connections[
        "greenhouse", "gh"
    ]

    assert "secret of the test" not in repr(resolved)
    (person_key,) = resolved.person_keys.keys
    assert 32 == len(resolved.quarantine_key) == len(person_key)
    assert resolved.quarantine_key != person_key


def test_misspelt_key_is_explained(tmp_path: Path) -> None:
    """A misspelt key is reported with the likely intended key."""
    path = write_configuration(tmp_path)
    path.write_text(path.read_text().replace("vendor:", "vender:"))

    with pytest.raises(Misconfigured, match="did you mean `vendor`"):
        load(path, ENVIRON, vendor_schemes())


@pytest.mark.parametrize(
    ("again", "line"),
    [("\ntenants: []\n", 9), ("\n    connections: []\n", 9)],
)
def test_a_key_that_is_written_twice_is_refused(tmp_path: Path, again: str, line: int) -> None:
    """A duplicate key is refused, because the first value would be dropped silently: tenants, connections, rules."""
    path = write_configuration(tmp_path)
    path.write_text(path.read_text().rstrip() + again)

    with pytest.raises(Misconfigured, match=rf"is written twice(.|\n)*line {line}, column"):
        load(path, ENVIRON, vendor_schemes())


def test_a_merged_key_may_be_overridden(tmp_path: Path) -> None:
    """Overriding a key merged from a YAML anchor is not a duplicate."""
    path = tmp_path / "hirelay.yaml"
    draft = "{<<: &draft {vendor: greenhouse, secrets: [{env: GREENHOUSE}]}, id: gh}"
    path.write_text(
        "tenants: [{id: acme, name: acme, quarantine_key: {env: QUARANTINE}, person_key: {env: PERSON},\n"
        f"connections: [{draft}, {{<<: *draft, id: other, vendor: ashby}}]}}]"
    )

    assert set(load(path, ENVIRON, vendor_schemes()).connections) == {
        ("greenhouse", "gh"),
        ("ashby", "other"),
    }
