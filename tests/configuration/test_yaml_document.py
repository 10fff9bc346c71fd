"""YAML is read as people meant it: texts stay texts, a key stands once, and a mistake has a line and a column."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.configuration.files import Misconfigured, load_tenancy
from streams.configuration.yaml_document import NotYaml, Scalars, dump_yaml, parse_yaml
from streams.tools.costs.command import load_sheet
from streams.tools.importing import map_file
from tests.fakes import NOON


@pytest.mark.parametrize("text", ["2026-04-01", "2026-04-01T09:00:00Z", "1e5", "1.0e5", "y", "08"])
@pytest.mark.parametrize("scalars", ["typed", "exact", "text"])
def test_an_id_that_looks_like_something_else_stays_a_text(text: str, scalars: Scalars) -> None:
    """A day, an instant and an id such as 1e5 or y are never converted."""
    assert parse_yaml(f"{text}: {text}", scalars).value == {text: text}


@pytest.mark.parametrize(
    ("text", "typed", "exact"),
    [
        ("12", 12, 12),
        ("1:30", 90, "1:30"),
        ("0x10", 16, "0x10"),
        ("007", 7, "007"),
        ("12.50", 12.5, "12.50"),
        ("yes", True, True),
        ("~", None, None),
    ],
)
def test_numbers_are_typed_as_the_file_needs(text: str, typed: object, exact: object) -> None:
    """Configuration has the types of YAML 1.1, amounts are only whole numbers or texts, a map has only texts."""
    values = [parse_yaml(f"a: {text}", kind).value["a"] for kind in ("typed", "exact", "text")]  # type: ignore[arg-type]

    assert values == [typed, exact, text]


@pytest.mark.parametrize("scalars", ["typed", "exact", "text"])
def test_a_key_that_is_written_twice_is_refused(scalars: Scalars) -> None:
    """The second of two equal keys is reported with its place, in every kind of file."""
    with pytest.raises(NotYaml, match=r"`b` is written twice; keep one \(line 3, column 3\)"):
        parse_yaml("a:\n  b: 1\n  b: 2\n", scalars)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", r"\(line 1, column 5\)"),
        ("a: 1\n\tb: 2", r"line 2, column 1"),
        ("--- a\n--- b", "line 2"),
        ("a: !!python/name:os.system ''", "line 1, column 4"),
        ("[" * 5_000, "nested too deeply"),
        ("a: \x07", "special characters"),
    ],
)
def test_what_is_not_yaml_is_refused_with_its_place(text: str, words: str) -> None:
    """A syntax error, a second document and a foreign type are refused."""
    with pytest.raises(NotYaml, match=words):
        parse_yaml(text)


@pytest.mark.parametrize(
    ("location", "position"),
    [
        (("tenants", 1, "id"), "line 3, column 5"),
        (("tenants", 1), "line 3, column 5"),
        (("tenants", 1, "name", "first"), "line 4, column 5"),
        (("tenants", 7, "id"), "line 1, column 1"),
        ((), "line 1, column 1"),
    ],
)
def test_every_place_has_a_position(location: tuple[int | str, ...], position: str) -> None:
    """A place has the line and column of its key; one that does not exist has those of what it would be in."""
    document = parse_yaml("tenants:\n  - id: a\n  - id: b\n    name: c\n")

    assert document.position(location) == position


def test_a_misspelled_key_is_located(tmp_path: Path) -> None:
    """A problem of the configuration names file, line, column and the likely key."""
    path = tmp_path / "hirelay.yaml"
    path.write_text("# ours\ntenants:\n  - id: acme\n    timezon: UTC\n")

    with pytest.raises(Misconfigured) as caught:
        load_tenancy(path)
    assert f"{path} has 4 problem(s):" in str(caught.value)
    assert "line 4, column 5, tenants.0.timezon: " in str(caught.value)
    assert "did you mean `timezone`" in str(caught.value)


def test_a_wrong_cost_is_located(tmp_path: Path) -> None:
    """A refused amount has the line and column that it stands on."""
    path = tmp_path / "costs.yaml"
    path.write_text(
        "entries:\n  - cost_id: t1\n    kind: tool\n    scope: company\n    amount: 1:30\n"
    )

    with pytest.raises(Misconfigured, match=r"line 5, column 5, entry 1 \(t1\), amount: "):
        load_sheet(path, "JPY", NOON)


def test_a_mistake_in_a_map_is_located(tmp_path: Path) -> None:
    """A map whose column is not a text is refused with its place, and a key written twice too."""
    path = tmp_path / "map.yaml"
    path.write_text("kind: applications\ncolumns:\n  application_id: [a]\n")
    with pytest.raises(Misconfigured, match=r"line 3, column 3, columns\.application_id: "):
        map_file.load(path)

    path.write_text("kind: applications\ncolumns:\n  application_id: a\n  application_id: b\n")
    with pytest.raises(Misconfigured, match=r"`application_id` is written twice.*line 4, column 3"):
        map_file.load(path)


TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40),
    st.sampled_from(["yes", "n", "1:30", "1e5", "007", "null", "~", "2026-04-01", "a: b", "# x"]),
)


@given(st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers(), st.booleans(), st.lists(TEXTS))))
def test_what_we_write_is_read_back(value: dict[str, object]) -> None:
    """Every value that we write into a file is the same when it is read."""
    assert parse_yaml(dump_yaml(value)).value == value


def test_written_lists_keep_their_order() -> None:
    """Keys are written in the order of the value, and a day of the value stays a day in the text."""
    assert dump_yaml({"b": [{"z": 1, "a": "x"}], "a": str(date(2026, 4, 1))}) == (
        "b:\n- z: 1\n  a: x\na: '2026-04-01'\n"
    )
