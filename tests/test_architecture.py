"""The structure of the repository: layout, module sizes, imports and documented settings."""

import ast
import re
import statistics
import subprocess
import sys
from collections import Counter
from pathlib import Path

from schemas.kafka.topics import TOPICS
from streams.ingest.vendors import VENDORS

ROOT = Path(__file__).parent.parent
TOP = {
    *(
        "streams",
        "schemas",
        "sinks",
        "deploy",
        "tests",
        ".ci",
        "docker-compose.yml",
        "pyproject.toml",
    ),
    *(
        "README.md",
        "README.ja.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "LICENSE",
        "Makefile",
    ),
    ".gitignore",
}


def tracked() -> list[Path]:
    """Every file under version control or about to be added."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def modules() -> list[Path]:
    """Every module outside the tests."""
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and path.parts[len(ROOT.parts)] != "tests"
    ]


def test_the_top_level_is_fixed() -> None:
    """No new top-level entry appears."""
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP


def test_modules_stay_small() -> None:
    """No module exceeds 300 lines, and the median is at most 100."""
    sizes = {path: len(path.read_text().splitlines()) for path in modules()}

    assert [str(path) for path, size in sizes.items() if size > 300] == []
    assert statistics.median(sizes.values()) <= 100


def test_functions_stay_small() -> None:
    """No function exceeds 30 lines, including its docstring; a command's options may need more."""
    long = [
        f"{path.name}:{node.name}"
        for path in modules()
        if "cli" not in path.relative_to(ROOT).parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= 30
    ]

    assert long == []


def test_imports_run_one_way() -> None:
    """All import-linter contracts hold."""
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_one_module_creates_kafka_clients() -> None:
    """No other module imports a client class, a library's root module or Faust's credentials."""
    client = re.compile(
        r"^AIOKafka|^Kafka(Consumer|Producer|AdminClient)$|Credentials$|^create_conn$"
    )
    violations = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules()
        if path.relative_to(ROOT) != Path("streams/kafka/clients.py")
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _kafka_names(node)
        if name in {"kafka", "aiokafka"} or client.search(name)
    ]

    assert violations == []


def _kafka_names(node: ast.AST) -> list[str]:
    """Return what a node takes from a Kafka library: imported names, root modules, and attributes of Faust."""
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        library = (node.module or "").partition(".")[0] in {"kafka", "aiokafka", "faust"}
        return [alias.name for alias in node.names] if library else []
    faust = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    return [node.attr] if faust and node.value.id == "faust" else []


def test_no_file_names_a_machine_or_an_index() -> None:
    """No file contains a path on a machine or the host of a package index."""
    forbidden = re.compile(
        r"(?<![\w.])/(?:root|home|work|Users)/\w|"
        + "|".join(
            ("pypi" + r"\.org", "python" + "hosted", "repo1" + r"\.maven", "npmjs" + r"\.org")
        )
    )
    violations = [
        f"{path.relative_to(ROOT)}: {match.group(0)}"
        for path in tracked()
        if path.suffix not in {".png"}
        for match in [forbidden.search(path.read_text(errors="ignore"))]
        if match
    ]

    assert violations == []


def test_every_topic_is_in_the_architecture() -> None:
    """ARCHITECTURE.md describes every topic."""
    text = (ROOT / "ARCHITECTURE.md").read_text()

    assert [topic.name for topic in TOPICS if f"| `{topic.name}` |" not in text] == []


def test_nothing_decides_by_language_outside_the_texts() -> None:
    """Only `schemas/text` compares a language; everything else asks it for the text."""
    comparison = re.compile(
        r"""[=!]==?\s*["'](?:ja|en)["']|["'](?:ja|en)["']\s*[=!]=|\bin\s*[({\[]\s*["'](?:ja|en)["']|\bcase\s+["'](?:ja|en)["']|\.startswith\(["'](?:ja|en)["']"""
    )
    decisions = [
        f"{path.relative_to(ROOT)}: {match.group(0)}"
        for path in tracked()
        if path.relative_to(ROOT).parts[0] in {"schemas", "sinks", "streams"}
        if path.suffix in {".py", ".js", ".html"} and not path.name.endswith(".min.js")
        if (ROOT / "schemas" / "text") not in path.parents
        for match in comparison.finditer(path.read_text())
    ]

    assert decisions == []


VAGUE_NAMES = frozenset(
    [
        "found",
        "each",
        "held",
        "told",
        "known",
        "got",
        "said",
        "made",
        "shown",
        "given",
        "wanted",
        "asked",
        "gone",
        "meant",
    ]
)
SERIALISED_NAMES = {"told"}  # a column of breaches, and the field of the record it comes from


def test_no_name_is_vague() -> None:
    """Code binds no name that could stand for anything, except one that is serialised."""
    vague = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            name = node.arg if isinstance(node, ast.arg) else ""
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                name = node.id
            if name in VAGUE_NAMES - SERIALISED_NAMES:
                vague.append(f"{path.relative_to(ROOT)}:{node.lineno}: {name}")

    assert vague == []


def test_every_class_name_is_unique() -> None:
    """No two classes of the product share a name."""
    names = Counter(
        node.name
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    )

    assert [name for name, n in names.items() if n > 1] == []


VENDOR_NAMES = re.compile("|".join(vendor.name for vendor in VENDORS if vendor.name != "standard"))
# A sample company's connections are named after their systems, and which vendors' webhooks report scorecards is
# part of what a tenant's configuration means.
NAMES_VENDORS = ("streams/ingest/vendors/", "streams/simulator/", "streams/local/sample_companies")
CONFIGURES_VENDORS = {"schemas/tenants/config.py", "streams/tools/demo/command.py"}


def test_only_vendor_folders_name_vendors() -> None:
    """No code outside the vendors' folders, the simulator and the sample companies decides by a vendor's name."""
    named = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"
        for path in modules()
        if not str(path.relative_to(ROOT)).startswith(NAMES_VENDORS)
        and str(path.relative_to(ROOT)) not in CONFIGURES_VENDORS
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and VENDOR_NAMES.search(node.value)
    ]

    assert named == []
