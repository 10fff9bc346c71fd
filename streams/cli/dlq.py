"""Commands about deliveries that were set aside."""

from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import EntryState, Listing, State
from streams.configuration.settings import load

app = typer.Typer(
    help="Deliveries that were set aside: look, replay after a repair, or let go.",
    no_args_is_help=True,
)
ConnectionOf = Annotated[str, typer.Option("--connection", help="Only of this connection.")]
ReasonOf = Annotated[str, typer.Option("--reason", help="Only for this reason, unmapped_event ….")]


@app.command("list")
def list_entries(
    connection: ConnectionOf = "",
    reason: ReasonOf = "",
    entry_state: Annotated[
        EntryState, typer.Option("--entries", help="Which of them.")
    ] = EntryState.open,
    shape: Annotated[Listing, typer.Option("--format", help="How to print.")] = Listing.table,
    state: State = None,
) -> None:
    """List what was set aside and why, oldest first; no value of a delivery is shown."""
    from streams.tools.dlq import text as dlq_text
    from streams.tools.dlq.entries import Choice

    choice = Choice(connection=connection, reason=reason, state=entry_state.value)
    dlq_text.listed(load(state), choice, Console(), as_table=shape is Listing.table)


@app.command()
def show(
    entry: Annotated[str, typer.Argument(help="Beginning of its id.")],
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show values: they may be personal data.")
    ] = False,
    state: State = None,
) -> None:
    """Show one delivery, its values masked, and what a replay would make of it now."""
    import json

    from streams.tools.dlq import text as dlq_text

    found = dlq_text.shown(load(state), entry, reveal=reveal)
    typer.echo(json.dumps(found, ensure_ascii=False, indent=2))


@app.command()
def replay(
    entries: Annotated[
        list[str] | None, typer.Argument(help="Beginnings of ids; none means every open one.")
    ] = None,
    connection: ConnectionOf = "",
    reason: ReasonOf = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen; change nothing.")
    ] = False,
    state: State = None,
) -> None:
    """Let deliveries count that are understood now, each exactly once; ends 1 when some stay."""
    from streams.tools.dlq import text as dlq_text
    from streams.tools.dlq.entries import Choice

    choice = Choice(ids=tuple(entries or ()), connection=connection, reason=reason)
    stay = dlq_text.replayed(load(state), choice, Console(), dry_run=dry_run)
    raise typer.Exit(1 if stay else 0)


@app.command()
def drop(
    entries: Annotated[list[str], typer.Argument(help="Beginnings of ids.")],
    because: Annotated[str, typer.Option(help="Why; it stays with the entry.")],
    state: State = None,
) -> None:
    """Let go of deliveries that will never count, with a reason that stays with them."""
    from streams.tools.dlq import text as dlq_text

    gone = dlq_text.dropped(load(state), entries, because)
    typer.echo(f"{gone} let go of")
