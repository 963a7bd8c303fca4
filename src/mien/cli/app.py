"""The program and the options that several commands share."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.domain import Mood, PolicyName
from mien.errors import ConfigurationError

if TYPE_CHECKING:
    from mien.core import Mien

app = typer.Typer(
    name="mien",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # formatted help would double the time to start
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Mien reads the mood from your face and plays what fits from your own music.\n\n"
        "Try it with nothing at hand: mien demo\n\n"
        "With your own: mien scan ~/Music, then mien play (or mien recommend --emotion happy).\n\n"
        "Nothing leaves this machine and no picture is kept. Settings come from config.toml, MIEN_* variables"
        " and options; mien doctor shows what is in force."
    ),
)

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON line each, for programs.")]
ListenerOption = Annotated[str | None, typer.Option("--listener", help="Who listens; by default the first.")]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", help="Processes that analyse; by default one a core.")
]
CameraIndexOption = Annotated[
    int | None, typer.Option("--camera-index", help="Which camera, counted from 0.", show_default=False)
]
PolicyOption = Annotated[
    PolicyName | None,
    typer.Option("--policy", help="How an emotion becomes wanted moods; by default the one you chose."),
]
ToOption = Annotated[Mood | None, typer.Option("--to", help="The mood that a journey leads to.")]
MinutesOption = Annotated[
    float | None, typer.Option("--minutes", min=1, max=1440, help="How long the list shall last.")
]
TrackArgument = Annotated[
    str, typer.Argument(help="A file of the library, its number, or words of its title and artist.")
]
EmotionArtifactOption = Annotated[
    Path | None, typer.Option("--emotion-artifact", help="Another model artifact than the one shipped.")
]
MoodArtifactOption = Annotated[
    Path | None, typer.Option("--mood-artifact", help="Another model artifact than the one shipped.")
]
SeedOption = Annotated[int | None, typer.Option("--seed", min=0, help="Makes the draw repeatable.")]


def ask_first(question: str) -> None:
    """Go on only if whoever is at the terminal says yes.

    Raises:
        ConfigurationError: there is no terminal to ask in.
    """
    if not sys.stdin.isatty():
        raise ConfigurationError("there is no terminal to ask in: give --yes")
    typer.confirm(question, abort=True)


def open_mien(**overrides: object) -> Mien:
    """Mien under the settings in force, with what the command line says on top; for use with ``with``."""
    from mien.config import load_settings
    from mien.core import Mien

    return Mien(load_settings(overrides))
