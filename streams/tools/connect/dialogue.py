"""The conversation of `hirelay connect`: ask for the secret, say what to paste where, wait for the first event."""

import sys
from pathlib import Path

import typer
from rich.console import Console
from rich.markdown import Markdown

from streams.configuration.files import Misconfigured
from streams.configuration.settings import Settings
from streams.ingest.vendor import Vendor
from streams.tools.connect.connection import ConnectResult, arrivals, page

SAID = {
    ("outcome", "accepted"): "[green]the first event has arrived and counts[/]",
    (
        "outcome",
        "ignored",
    ): "[green]an event arrived that needs no counting: the connection works[/]",
    ("outcome", "ping"): "a test arrived and was answered",
    ("outcome", "quarantined"): "[yellow]a delivery was set aside: see[/] hirelay dlq list",
    (
        "outcome",
        "refused",
    ): "[red]a delivery was refused: see the gateway's answer at the vendor[/]",
    ("signature", "refused"): "[red]no active secret gives its signature: compare the secrets[/]",
}
DONE = {("outcome", "accepted"), ("outcome", "ignored")}


def secret(path: Path | None, vendor: Vendor) -> str:
    """The secret in a file, on standard input (`-`), or typed unseen on a terminal; empty when there is none yet.

    Raises Misconfigured for a file that holds none.
    """
    if path is not None:
        return _in(path)
    if vendor.keyed_by == "customer" or not sys.stdin.isatty():
        return ""
    asked = f"Secret that {vendor.title} shows (Enter if it shows it only later)"
    typed: str = typer.prompt(asked, default="", hide_input=True, show_default=False)
    return typed.strip()


def _in(path: Path) -> str:
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = f"{path} holds no secret: it is not UTF-8"
        raise Misconfigured(msg) from error
    if not text.strip():
        msg = f"{path} is empty: it holds the secret; leave --secret-file out while there is none"
        raise Misconfigured(msg)
    return text.strip()


def tell(vendor: Vendor, connected: ConnectResult, console: Console) -> None:
    """Say what there is now and what to do at the vendor."""
    state = "is made" if connected.is_new else "was there already"
    console.print(
        f"[bold]{connected.connection}[/] {state}; a running gateway takes it up at once.\n"
    )
    rows = [("Address", connected.url)]
    if connected.secret:
        rows.append(("Secret", connected.secret))
    if connected.secret_file is not None:
        empty = not connected.secret_file.read_text().strip()
        rows.append(("Waits for" if empty else "Kept in", str(connected.secret_file)))
    for name, value in rows:
        console.print(f"  {name:<10}{value}", soft_wrap=True, markup=False, highlight=False)
    console.print()
    console.print(Markdown(page(vendor, connected)))


def wait(settings: Settings, connection: str, console: Console) -> None:
    """Say what arrives, until the first event that is understood; raises Unavailable. Ctrl-C ends it."""
    with console.status(f"waiting for the first event of {connection}; Ctrl-C ends it"):
        for what, name in arrivals(settings, connection):
            if what == "event":
                console.print(f"  {name}", highlight=False)
            if (what, name) in SAID:
                console.print(f"  {SAID[what, name]}")
            if (what, name) in DONE:
                return
