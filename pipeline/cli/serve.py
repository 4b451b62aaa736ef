"""`kandian serve`: recordings and their highlights over HTTP."""

from __future__ import annotations

import click

from pipeline.cli.opening import open_for_reading
from pipeline.cli.rendering import say
from pipeline.cli.settings import GlobalSettings

DEFAULT_PORT = 8640
"""Away from those that other development servers take (3000, 5173, 8000, 8080)."""


@click.command()
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; 0.0.0.0 lets other machines in.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Port to listen on; 0 takes any free one.",
)
@click.option(
    "--cors",
    "readers",
    metavar="ORIGIN",
    multiple=True,
    help="Let scripts of this site read, e.g. https://shop.example; * lets all. May be repeated.",
)
@click.option(
    "--pictures-from",
    "picture_hosts",
    metavar="ORIGIN",
    multiple=True,
    help="Let the replay page load product pictures from this site. May be repeated.",
)
@click.pass_obj
def command(
    settings: GlobalSettings,
    *,
    host: str,
    port: int,
    readers: tuple[str, ...],
    picture_hosts: tuple[str, ...],
) -> None:
    """Serve recordings, their highlights and the replay page over HTTP, read-only.

    Ends at Ctrl-C or SIGTERM, with exit code 0. There is no password: whoever reaches the address
    can read everything that is published.
    """
    from models.errors import InputError
    from pipeline.run.library import WorkspaceLibrary
    from pipeline.web.access import Access
    from pipeline.web.serve import Address, check_installed, listen, serve, url_of

    if settings.workspace.depot is not None:
        raise click.UsageError(
            f"kandian serve shows a workspace on this machine, not {settings.workspace.name}; put "
            "what players read behind a web server or CDN: kandian publish --to s3://BUCKET/NAME"
        )
    check_installed()
    try:
        access = Access(readers, picture_hosts)
    except InputError as error:
        raise click.UsageError(str(error)) from error
    address = Address(host, port)
    with open_for_reading(settings) as store, listen(address) as listener:
        if not settings.quiet:
            say(f"serving {settings.workspace.root} at {url_of(listener)} (Ctrl-C ends it)")
            if not address.is_loopback:
                say("whoever reaches this address can read everything that is published")
        serve(WorkspaceLibrary(store, settings.workspace), access, listener)
    if not settings.quiet:
        say("stopped")
