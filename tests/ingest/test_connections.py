"""The configuration says what is wrong with it; secrets are found, derived and never shown."""

from pathlib import Path

import pytest

from streams.configuration.files import Misconfigured
from streams.ingest.connections import load
from streams.ingest.http.server import keys
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


def written(folder: Path, vendor: str = "greenhouse", secret: str = "env: GREENHOUSE") -> Path:
    """A configuration file of one connection."""
    path = folder / "hirelay.yaml"
    path.write_text(SHORT % (vendor, secret))
    return path


def test_example_names_every_missing_secret() -> None:
    """The example opens once its secrets are set, and until then says which."""
    with pytest.raises(Misconfigured) as caught:
        load(EXAMPLE, {}, keys())

    assert "connection acme-greenhouse, secret 1: no secret in environment variable" in str(
        caught.value
    )
    assert str(caught.value).count("no secret in") == 9


def test_file_secret(tmp_path: Path) -> None:
    """A secret in a file beside the configuration is found, without its last line break."""
    (tmp_path / "key").write_text("a secret of sixteen or more\n")
    configuration = load(written(tmp_path, secret="file: key"), ENVIRON, keys())

    assert configuration.doors["greenhouse", "gh"].secrets == (b"a secret of sixteen or more",)


def test_missing_file_is_named(tmp_path: Path) -> None:
    """A file that is not there is named with its path."""
    with pytest.raises(
        Misconfigured, match=r"connection gh, secret 1: no secret in file .*nowhere"
    ):
        load(written(tmp_path, secret="file: nowhere"), ENVIRON, keys())


def test_unknown_vendor_is_named(tmp_path: Path) -> None:
    """A vendor without an adapter is refused before the gateway opens."""
    with pytest.raises(Misconfigured, match="known: ashby, greenhouse, huntflow"):
        load(written(tmp_path, vendor="pigeon"), ENVIRON, keys())


def test_unusable_secret_is_named(tmp_path: Path) -> None:
    """A secret of the wrong form is refused before the gateway opens, and not shown."""
    with pytest.raises(Misconfigured, match="whsec_") as caught:
        load(written(tmp_path, vendor="standard"), ENVIRON, keys())

    assert ENVIRON["GREENHOUSE"] not in str(caught.value)


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    """A door that is printed shows no secret; its keys are 32 bytes and differ."""
    door = load(written(tmp_path), ENVIRON, keys()).doors["greenhouse", "gh"]

    assert "secret of the test" not in repr(door)
    assert 32 == len(door.quarantine_key) == len(door.person_key)
    assert door.quarantine_key != door.person_key


def test_misspelt_key_is_explained(tmp_path: Path) -> None:
    """A misspelt key is answered with the one that was meant."""
    path = written(tmp_path)
    path.write_text(path.read_text().replace("vendor:", "vender:"))

    with pytest.raises(Misconfigured, match="did you mean `vendor`"):
        load(path, ENVIRON, keys())


@pytest.mark.parametrize(
    ("again", "line"),
    [("\ntenants: []\n", 9), ("\n    connections: []\n", 9)],
)
def test_a_key_that_is_written_twice_is_refused(tmp_path: Path, again: str, line: int) -> None:
    """What was written first would be gone without a word: companies, connections, alert rules."""
    path = written(tmp_path)
    path.write_text(path.read_text().rstrip() + again)

    with pytest.raises(Misconfigured, match=rf"is written twice(.|\n)*line {line}, column"):
        load(path, ENVIRON, keys())


def test_what_is_merged_may_be_written_anew(tmp_path: Path) -> None:
    """An anchor's keys are a draft, not a second time."""
    path = tmp_path / "hirelay.yaml"
    draft = "{<<: &draft {vendor: greenhouse, secrets: [{env: GREENHOUSE}]}, id: gh}"
    path.write_text(
        "tenants: [{id: acme, name: acme, quarantine_key: {env: QUARANTINE}, person_key: {env: PERSON},\n"
        f"connections: [{draft}, {{<<: *draft, id: other, vendor: lever}}]}}]"
    )

    assert set(load(path, ENVIRON, keys()).doors) == {("greenhouse", "gh"), ("lever", "other")}
