"""The `kandian` command: global options, lazy subcommands, exit codes.

Exit codes: 0 all done or skipped · 1 some item failed · 2 usage · 3 the environment is wrong ·
130 interrupted.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import logging
import os
import sys
from pathlib import Path

import click

from models.errors import ConfigError, KandianError, ToolError
from models.remote import RemoteUrl
from pipeline.cli.parameters import WORKSPACE
from pipeline.cli.settings import make_settings
from pipeline.process.stopping import Stopped, stopped_by_sigterm
from pipeline.run.logs import LOG_FORMATS, set_up_logging, tell_machine

log = logging.getLogger(__name__)

EXIT_ITEM_FAILED = 1
EXIT_ENVIRONMENT = 3
EXIT_INTERRUPTED = 130

COMMANDS = {
    "index": "Index one recording: transcribe, find its pitches, make the replay.",
    "batch": "Index every recording of a folder or a manifest.",
    "find": "Look highlights up by product, recording, moment or words.",
    "export": "Write the index of one recording for a player.",
    "publish": "Put what players read into an object storage.",
    "serve": "Serve recordings, their highlights and the replay page over HTTP, read-only.",
    "recordings": "List, show and delete recordings.",
    "catalogue": "Check catalogue files and list known products.",
    "highlight": "List and correct highlights; corrections survive every re-run.",
    "review": "List the highlights that wait for a person's word.",
    "explain": "Say why a dot is there, and why not another.",
    "media": "Say how a replay came about, in words and pictures.",
    "evaluate": "Measure accuracy on recordings with known truth.",
    "gc": "Show what nobody needs any more, and with --yes remove it.",
    "metrics": "Write figures of this workspace for Prometheus.",
    "doctor": "Say what was found on this machine and what is missing.",
    "weights": "List, fetch and verify Whisper weights.",
    "db": "Show and upgrade the database.",
}
"""Each lives in `pipeline.cli.<name>` as `command`; only the one called is imported."""


def format_command_table() -> str:
    """Write the commands as the rows of a Markdown table; the README holds them."""
    return "".join(f"| `kandian {name}` | {text} |\n" for name, text in COMMANDS.items())


class LazyCommands(click.Group):
    """A group whose commands are imported when they are called, so that `find` starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which people meet them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command, or None for an unknown name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"pipeline.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _show_version(ctx: click.Context, _parameter: click.Parameter, value: object) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"kandian {importlib.metadata.version('kandian')}")
        ctx.exit()


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--workspace",
    type=WORKSPACE,
    default=Path("kandian-data"),
    envvar="KANDIAN_WORKSPACE",
    show_default=True,
    show_envvar=True,
    help="Folder that holds everything Kandian makes, or s3://BUCKET/NAME (needs --db).",
)
@click.option(
    "--db",
    "database_url",
    metavar="URL",
    envvar="KANDIAN_DB",
    show_envvar=True,
    help="Database URL.  [default: SQLite in the workspace]",
)
@click.option("-v", "--verbose", count=True, help="Say more on stderr; -vv for everything.")
@click.option("-q", "--quiet", is_flag=True, default=False, help="Say only errors on stderr.")
@click.option(
    "--log-format",
    type=click.Choice(LOG_FORMATS),
    default="text",
    envvar="KANDIAN_LOG_FORMAT",
    show_default=True,
    show_envvar=True,
    help="What stderr holds: lines for people, or a JSON object a line.",
)
@click.option(
    "--version",
    is_flag=True,
    default=False,
    expose_value=False,
    is_eager=True,
    callback=_show_version,
    help="Show the version and exit.",
)
@click.pass_context
def kandian(
    ctx: click.Context,
    *,
    workspace: Path | RemoteUrl,
    database_url: str | None,
    verbose: int,
    quiet: bool,
    log_format: str,
) -> None:
    """Index replays of live-selling broadcasts.

    A recording and the shop's catalogue go in; a small clear replay comes out, with highlight
    points that say which product is pitched when.
    """
    ctx.obj = make_settings(workspace, database_url, verbose=verbose, quiet=quiet)
    _set_up_logging(ctx.obj.verbosity, log_format)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit the process with the code that tells how it went."""
    code = _run(arguments)
    _let_go_of_stdout()
    sys.exit(code)


def _let_go_of_stdout() -> None:
    """Drop what stdout could not take and was told: Python would try, and say so, once more."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: list[str] | None) -> int:
    try:
        with stopped_by_sigterm():
            code = kandian.main(args=arguments, prog_name="kandian", standalone_mode=False)
    except Stopped:
        return _say("stopped; the same command goes on from here", EXIT_INTERRUPTED)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _say("interrupted; the same command goes on from here", EXIT_INTERRUPTED)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SystemExit:
        # So click and rich end, and only so, when the reader of our stdout went away
        # (`kandian find | head`); nothing is wrong with us.
        return 0
    except Exception as error:
        log.debug("where it happened", exc_info=True)
        return report_error(error)
    return code if isinstance(code, int) else 0


def report_error(error: Exception) -> int:
    """Tell the person what went wrong, never by a stack; return the exit code that it means."""
    if isinstance(error, ConfigError):
        _say(f"error: {error}", EXIT_ENVIRONMENT)
        _echo("  `kandian doctor` shows what this machine has.")
        return EXIT_ENVIRONMENT
    if isinstance(error, KandianError):
        _say(f"error: {error}", EXIT_ITEM_FAILED)
        _show_tool(error)
        return EXIT_ITEM_FAILED
    if isinstance(error, OSError):
        name = f"{error.filename}: " if error.filename else ""
        return _say(f"error: {name}{error.strerror or error}", EXIT_ITEM_FAILED)
    name = type(error).__name__
    return _say(f"error: unexpected {name}: {error}; -vv shows where", EXIT_ITEM_FAILED)


def _show_tool(error: KandianError) -> None:
    """Show the command and the end of its stderr when an outside program failed."""
    if isinstance(error, ToolError):
        if error.command:
            _echo(f"  command: {error.command}")
        for line in error.stderr_tail.splitlines()[-10:]:
            _echo(f"  | {line}")


def _say(sentence: str, code: int) -> int:
    _echo(f"kandian: {sentence}")
    return code


def _echo(line: str) -> None:
    if not tell_machine(line.strip(), logging.ERROR):
        click.echo(line, err=True)


def _set_up_logging(verbosity: int, log_format: str) -> None:
    levels = {-1: logging.ERROR, 0: logging.WARNING, 1: logging.INFO}
    set_up_logging(levels.get(verbosity, logging.DEBUG), log_format)
