"""The script that prepares a machine for the tests changes as little as possible and never blocks them."""

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


def run_packages_script(
    folder: Path, *, code: int | None, user: str = "0", installed: str = ""
) -> tuple[str, list[str]]:
    """The standard error of the script and its calls of apt-get, on a machine with few tools."""
    tools, log = folder / "bin", folder / "log"
    tools.mkdir()
    for name in ("bash", "timeout", "rm", "chmod", "sh"):
        (tools / name).symlink_to(Path("/usr/bin") / name if name != "sh" else "/bin/sh")
    stubs = {"id": f"#!/bin/sh\necho {user}\n", **dict.fromkeys(installed.split(), "#!/bin/sh\n")}
    if code is not None:
        stubs["apt-get"] = APT.format(log=log, code=code)
    for name, text in stubs.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    policy = folder / "policy-rc.d"
    environment = {"PATH": str(tools), "POLICY": str(policy)}
    process = subprocess.run(
        [ROOT / ".ci/packages"], env=environment, capture_output=True, text=True, check=False
    )
    assert process.returncode == 0 and not policy.exists()
    return process.stderr, log.read_text().splitlines() if log.exists() else []


def test_nothing_is_installed_where_nothing_is_missing(tmp_path: Path) -> None:
    """With every tool present, nothing is installed or printed."""
    assert run_packages_script(tmp_path, code=0, installed="promtool amtool chromium") == ("", [])


def test_what_is_missing_is_installed_and_not_started(tmp_path: Path) -> None:
    """Missing packages are installed once, without recommended ones, and not started."""
    stderr, apt_calls = run_packages_script(tmp_path, code=0, installed="amtool")

    assert stderr == "" and apt_calls[1] == "forbidden"
    assert apt_calls[2].endswith(
        "--no-install-recommends prometheus prometheus-alertmanager chromium"
    )


def test_without_a_network_it_is_tried_twice_and_said(tmp_path: Path) -> None:
    """Without a network, it tries twice, reports it, and lets the tests continue."""
    stderr, apt_calls = run_packages_script(tmp_path, code=100)

    assert stderr.startswith("NOT INSTALLED: prometheus") and "SKIPPED" in stderr
    assert apt_calls.count("update -qq") == 2


@pytest.mark.parametrize(("user", "code"), [("1000", 0), ("0", None)])
def test_without_rights_or_apt_it_is_said(tmp_path: Path, user: str, code: int | None) -> None:
    """Without root or apt, it reports what is missing and tries nothing."""
    stderr, apt_calls = run_packages_script(tmp_path, code=code, user=user)

    assert "NOT INSTALLED" in stderr and apt_calls == []


def test_the_checks_come_after_it() -> None:
    """The script runs before both the checks and the tests."""
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert (ROOT / ".ci/run").read_text().endswith(".ci/packages\nmake check\nmake test\n")
