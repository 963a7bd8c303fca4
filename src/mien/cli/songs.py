"""``mien scan``, ``mien song``: the library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.app import JsonOption, MoodArtifactOption, WorkersOption, open_mien
from mien.cli.output import console, escaped, percentages, print_json, printable, progress, song_json
from mien.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mien.core import Mien, ScanPlan
    from mien.domain import SongAnalysis
    from mien.sentences import Sentence


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(scan)
    app.command()(song)


def scan(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Folders of music, or files.")],
    workers: WorkersOption = None,
    mood_artifact: MoodArtifactOption = None,
) -> None:
    """Add music to the library and learn the mood of every song.

    Files that are known and unchanged are passed over, so a scan can be interrupted and run again. Songs that
    moved or got another name keep what was said of them. Those whose files are gone are played no more, but
    nothing that was said of them is removed until you ask for it: mien library forget.
    Files that cannot be read are listed with the reason, and the rest goes on. Nothing is written to them.

    Example: mien scan ~/Music
    """
    with open_mien(workers=workers, mood_artifact=mood_artifact) as mien:
        if not run_scan(mien, folders):
            raise typer.Exit(1)


def run_scan(mien: Mien, folders: Sequence[Path]) -> bool:
    """Scan with progress and a closing list of what failed; whether anything is in the library now.

    Raises:
        NotFoundError: there is nothing to scan in these folders.
    """
    plan = mien.plan_scan(folders)
    if not (plan.new or plan.unchanged or plan.whereabouts.moved or plan.problems):
        raise _no_music(folders)
    failed = list(plan.problems)
    analysed = 0
    try:
        with progress("Listening", len(plan.new)) as update:
            for done, scanned in enumerate(mien.scan(plan), 1):
                update(done, scanned.path.name)
                if scanned.error is None:
                    analysed += 1
                else:
                    failed.append((scanned.path, scanned.error))
    except KeyboardInterrupt:
        console(stderr=True).print(
            f"stopped: {analysed} of {len(plan.new)} new files are stored; run it again to go on from there"
        )
        raise
    console().print(_closing_line(plan, analysed, len(failed)))
    _show_failed(failed)
    return bool(analysed or plan.unchanged or plan.whereabouts.moved)


def _closing_line(plan: ScanPlan, analysed: int, failed: int) -> str:
    judged = f"{plan.judged_anew} judged anew by another network, from what was heard before\n"
    counts = f"{analysed} analysed, {plan.unchanged} unchanged, {failed} failed"
    moved, gone = len(plan.whereabouts.moved), len(plan.whereabouts.gone)
    return (
        (judged if plan.judged_anew else "")
        + counts
        + (f", {moved} moved" if moved else "")
        + (f", {gone} gone" if gone else "")
    )


def _no_music(folders: Sequence[Path]) -> NotFoundError:
    names = ", ".join(printable(str(folder)) for folder in folders)
    return NotFoundError(f"{names}: there is no music in it that Mien reads")


def _show_failed(failed: Sequence[tuple[Path, Sentence]]) -> None:
    terminal = console(stderr=True)
    if not failed:
        return
    if not terminal.is_terminal:
        for path, why in failed:
            terminal.print(_failure(path, why))
        return
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("failed", overflow="fold")
    table.add_column("why", overflow="fold")
    for path, why in failed:
        table.add_row(escaped(str(path)), escaped(str(why)))
    terminal.print(table)


def _failure(path: Path, why: Sentence | None) -> str:
    return f"{escaped(str(path))}: {escaped(str(why or ''))}"


def song(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Audio files, or folders of them.")],
    workers: WorkersOption = None,
    mood_artifact: MoodArtifactOption = None,
    *,
    json: JsonOption = False,
) -> None:
    """Say the mood of songs; nothing is stored.

    Example: mien song album/ --json
    """
    succeeded = False
    with open_mien(workers=workers, mood_artifact=mood_artifact) as mien:
        files, problems = mien.find_songs(paths)
        if not (files or problems):
            raise _no_music(paths)
        for path, why in problems:
            _show_song(path, None, why, json=json)
        with progress("Listening", len(files)) as update:
            for done, result in enumerate(mien.analyse(files), 1):
                update(done, result.path.name)
                succeeded |= result.error is None
                _show_song(result.path, result.value, result.error, json=json)
    if not succeeded:
        raise typer.Exit(1)


def _show_song(path: Path, analysis: SongAnalysis | None, error: Sentence | None, *, json: bool) -> None:
    if json:
        print_json(song_json(path, analysis, error))
        return
    if analysis is None:
        console(stderr=True).print(f"[red]{_failure(path, error)}[/red]")
        return
    mood = analysis.mood
    unsure = "" if mood.moods.certain else f" - {mood.moods.reason}"
    tempo = "no beat" if analysis.tempo_bpm is None else f"{analysis.tempo_bpm:.0f} bpm"
    console().print(
        f"{escaped(str(path))}\n  [bold]{mood.moods.top}[/bold]  {percentages(mood.moods)}{unsure}"
        f"  [dim]({mood.quadrants.top}; valence {mood.valence:+.2f}, arousal {mood.arousal:+.2f}; {tempo},"
        f" {analysis.key or 'no key'}; {analysis.duration_s:.0f} s)[/dim]"
    )
