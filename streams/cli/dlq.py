"""Commands for quarantined deliveries."""

from typing import Annotated

import typer
from rich.console import Console

from streams.cli.options import Listing, QuarantineState, State, flag
from streams.configuration.settings import load_settings

app = typer.Typer(
    help="Quarantined deliveries: list, show, replay after a fix, or drop.",
    no_args_is_help=True,
)
ConnectionOf = Annotated[str, typer.Option("--connection", help="Only entries of this connection.")]
ReasonOf = Annotated[
    str, typer.Option("--reason", help="Only entries with this reason, e.g. unmapped_event.")
]


@app.command("list")
def list_entries(
    connection: ConnectionOf = "",
    reason: ReasonOf = "",
    entry_state: Annotated[
        QuarantineState, typer.Option("--entries", help="State of the entries.")
    ] = QuarantineState.open,
    shape: Annotated[Listing, typer.Option("--format", help="Output format.")] = Listing.table,
    state: State = None,
) -> None:
    """List quarantined deliveries and their reasons, oldest first; payload values are not shown."""
    from streams.tools.dlq import text as dlq_text
    from streams.tools.dlq.entries import EntryFilter

    entry_filter = EntryFilter(connection=connection, reason=reason, state=entry_state.value)
    dlq_text.print_entries(
        load_settings(state), entry_filter, Console(), as_table=shape is Listing.table
    )


@app.command()
def show(
    entry: Annotated[str, typer.Argument(help="Prefix of the entry's id.")],
    reveal: Annotated[bool, flag("--reveal", "Show values; they may be personal data.")] = False,
    state: State = None,
) -> None:
    """Show one delivery with its values masked, and what a replay would do now."""
    import json

    from streams.tools.dlq import text as dlq_text

    description = dlq_text.describe_entry(load_settings(state), entry, reveal=reveal)
    typer.echo(json.dumps(description, ensure_ascii=False, indent=2))


@app.command()
def replay(
    entries: Annotated[
        list[str] | None, typer.Argument(help="Prefixes of ids; without any, all open entries.")
    ] = None,
    connection: ConnectionOf = "",
    reason: ReasonOf = "",
    dry_run: Annotated[
        bool, flag("--dry-run", "Show what would happen without changing anything.")
    ] = False,
    state: State = None,
) -> None:
    """Replay deliveries that are understood now, each exactly once; exits with 1 if some remain."""
    from streams.tools.dlq import text as dlq_text
    from streams.tools.dlq.entries import EntryFilter

    entry_filter = EntryFilter(ids=tuple(entries or ()), connection=connection, reason=reason)
    remaining = dlq_text.replay_entries(
        load_settings(state), entry_filter, Console(), dry_run=dry_run
    )
    raise typer.Exit(1 if remaining else 0)


@app.command()
def drop(
    entries: Annotated[list[str], typer.Argument(help="Prefixes of ids.")],
    because: Annotated[str, typer.Option(help="Reason, stored with the entry.")],
    state: State = None,
) -> None:
    """Drop deliveries that will never count, with a reason that is stored with them."""
    from streams.tools.dlq import text as dlq_text

    dropped = dlq_text.drop_entries(load_settings(state), entries, because)
    typer.echo(f"{dropped} dropped")
