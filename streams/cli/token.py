"""Commands of access tokens."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from schemas.tenants.access import SCOPES, AccessToken, token_digest
from streams.cli.options import State
from streams.configuration.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Access tokens of boards and API.")


@app.callback()
def commands() -> None:
    """Access tokens of boards and API."""


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose token it is, such as `taro.board`.")],
    tenant: Annotated[str, typer.Option(help="The company.")],
    scope: Annotated[list[str], typer.Option(help=f"One of {', '.join(SCOPES)}; repeatable.")],
    days: Annotated[int, typer.Option(min=1, max=400, help="Days until it expires.")] = 90,
    state: State = None,
) -> None:
    """Make a token: print it once, and the entry for the configuration, which holds its digest only."""
    import secrets

    from schemas.errors import Malformed
    from streams.configuration.files import load_tenancy
    from streams.configuration.targets import require_tenant
    from streams.configuration.yaml_document import dump_yaml

    require_tenant(load_tenancy(load_settings(state).config), tenant)
    token = secrets.token_urlsafe(32)
    expires = (datetime.now(UTC) + timedelta(days=days)).date()
    fields = {"name": name, "sha256": token_digest(token), "scopes": scope, "expires": expires}
    try:
        AccessToken.model_validate(fields)
    except ValueError as error:
        raise Malformed(
            "token", f"a name has a-z, 0-9, -._ only; scopes are {', '.join(SCOPES)}"
        ) from error
    typer.echo(f"Token, shown only now: {token}\n")
    typer.echo(f"Put this under `access_tokens` of the tenant {tenant}:\n")
    typer.echo(dump_yaml([fields | {"expires": expires.isoformat()}]))
