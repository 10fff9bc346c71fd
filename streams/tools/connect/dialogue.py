"""The terminal dialogue of `hirelay connect`: ask for the secret, show what to paste, wait for the first event."""

import sys
from pathlib import Path

import typer
from rich.console import Console
from rich.markdown import Markdown

from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.ingest.vendor import Vendor
from streams.tools.connect.connection import ConnectResult, setup_guide, watch_arrivals

ARRIVAL_MESSAGES = {
    ("outcome", "accepted"): "[green]the first event has arrived and is counted[/]",
    (
        "outcome",
        "ignored",
    ): "[green]an event arrived that is not counted: the connection works[/]",
    ("outcome", "ping"): "a test delivery arrived and was answered",
    ("unverified", "ping"): "a test without a signature arrived and was answered",
    (
        "unverified",
        "quarantined",
    ): "[yellow]a delivery that cannot be verified was quarantined: see[/] hirelay dlq list",
    ("outcome", "quarantined"): "[yellow]a delivery was quarantined: see[/] hirelay dlq list",
    (
        "outcome",
        "refused",
    ): "[red]a delivery was refused: see the gateway's answer at the vendor[/]",
    ("signature", "refused"): "[red]the signature matches no active secret: compare the secrets[/]",
}
UNDERSTOOD = {("outcome", "accepted"), ("outcome", "ignored")}


def read_secret(path: Path | None, vendor: Vendor) -> str:
    """The secret from a file, from standard input (`-`), or from a hidden prompt; empty if there is none yet.

    Raises Misconfigured for a file without a secret.
    """
    if path is not None:
        return _read_secret_file(path)
    if vendor.key_issuer == "customer" or not sys.stdin.isatty():
        return ""
    prompt = f"Secret issued by {vendor.title} (press Enter if it is issued later)"
    typed: str = typer.prompt(prompt, default="", hide_input=True, show_default=False)
    return typed.strip()


def _read_secret_file(path: Path) -> str:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{path} contains no secret: it is not UTF-8"
        raise Misconfigured(msg) from error
    if not text.strip():
        msg = f"{path} is empty: it must contain the secret; omit --secret-file until there is one"
        raise Misconfigured(msg)
    return text.strip()


def show_result(vendor: Vendor, result: ConnectResult, console: Console) -> None:
    """Print the connection and what to do at the vendor."""
    state = "was created" if result.is_new else "already exists"
    console.print(f"[bold]{result.connection}[/] {state}; a running gateway picks it up at once.\n")
    rows = [("Address", result.url)]
    if result.secret:
        rows.append(("Secret", result.secret))
    if result.secret_file is not None:
        empty = not result.secret_file.read_text().strip()
        rows.append(("Add to" if empty else "Stored in", str(result.secret_file)))
    for name, value in rows:
        console.print(f"  {name:<10}{value}", soft_wrap=True, markup=False, highlight=False)
    console.print()
    console.print(Markdown(setup_guide(vendor, result)))


def wait_for_first_event(settings: Settings, connection: str, console: Console) -> None:
    """Print what arrives until the first event is processed; raises Unavailable. Ctrl-C stops it."""
    with console.status(f"waiting for the first event of {connection}; Ctrl-C stops it"):
        for what, name in watch_arrivals(settings, connection):
            if what == "event":
                console.print(f"  {name}", highlight=False)
            if (what, name) in ARRIVAL_MESSAGES:
                console.print(f"  {ARRIVAL_MESSAGES[what, name]}")
            if (what, name) in UNDERSTOOD:
                return
