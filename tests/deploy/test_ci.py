"""What prepares a machine for the tests changes as little of it as it can, and never stops them."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
APT = """#!/bin/sh
echo "$@" >> {log}
test -x "$POLICY" && echo forbidden >> {log}
exit {code}
"""


def prepared(
    folder: Path, *, code: int | None, user: str = "0", has: str = ""
) -> tuple[str, list[str]]:
    """What it says, and what apt-get was told, on a machine with few tools."""
    tools, log = folder / "bin", folder / "log"
    tools.mkdir()
    for name in ("bash", "timeout", "rm", "chmod", "sh"):
        (tools / name).symlink_to(Path("/usr/bin") / name if name != "sh" else "/bin/sh")
    stubs = {"id": f"#!/bin/sh\necho {user}\n", **dict.fromkeys(has.split(), "#!/bin/sh\n")}
    if code is not None:
        stubs["apt-get"] = APT.format(log=log, code=code)
    for name, text in stubs.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    policy = folder / "policy-rc.d"
    environment = {"PATH": str(tools), "POLICY": str(policy)}
    done = subprocess.run(
        [ROOT / ".ci/packages"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and not policy.exists()
    return done.stderr, log.read_text().splitlines() if log.exists() else []


def test_nothing_is_installed_where_nothing_is_missing(tmp_path: Path) -> None:
    """And nothing is said."""
    assert prepared(tmp_path, code=0, has="promtool amtool chromium") == ("", [])


def test_what_is_missing_is_installed_and_not_started(tmp_path: Path) -> None:
    """Once, without what is only recommended."""
    said, told = prepared(tmp_path, code=0, has="amtool")

    assert said == "" and told[1] == "forbidden"
    assert told[2].endswith("--no-install-recommends prometheus prometheus-alertmanager chromium")


def test_without_a_network_it_is_tried_twice_and_said(tmp_path: Path) -> None:
    """Then the tests go on."""
    said, told = prepared(tmp_path, code=100)

    assert said.startswith("NOT INSTALLED: prometheus") and "SKIPPED" in said
    assert told.count("update -qq") == 2


@pytest.mark.parametrize(("user", "code"), [("1000", 0), ("0", None)])
def test_without_rights_or_apt_it_is_said(tmp_path: Path, user: str, code: int | None) -> None:
    """Nothing is tried."""
    said, told = prepared(tmp_path, code=code, user=user)

    assert "NOT INSTALLED" in said and told == []


def test_the_checks_come_after_it() -> None:
    """Both of them."""
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert (ROOT / ".ci/run").read_text().endswith(".ci/packages\nmake check\nmake test\n")
