"""What Mien learns from you, and how you steer it."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.app import JsonOption, ListenerOption, TrackArgument, open_mien
from mien.cli.output import console, counted, escaped, print_json
from mien.domain import Emotion, Mood, PolicyName, Rating
from mien.errors import ConfigurationError

if TYPE_CHECKING:
    from mien.usecases.answers import Changed

UndoOption = Annotated[bool, typer.Option("--undo", help="Take it back.")]
_MOST_SHOWN = 10

taste_app = typer.Typer(help="See what Mien learned of you, take it back, or erase it.", no_args_is_help=True)
policy_app = typer.Typer(help="See and choose how an emotion becomes wanted moods.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(label)
    app.command()(rate)
    app.command("not-now")(not_now)
    app.command()(ask)
    app.command()(tune)
    app.add_typer(taste_app, name="taste")
    app.add_typer(policy_app, name="policy")


def label(
    track: TrackArgument,
    mood: Annotated[Mood | None, typer.Argument(help="What the song's mood is to you.")] = None,
    undo: UndoOption = False,
    listener: ListenerOption = None,
    json: JsonOption = False,
) -> None:
    """Correct the mood of a song, for you alone; songs that sound like it learn from it.

    Example: mien label "clair de lune" tender
    """
    if (mood is None) != undo:
        raise typer.BadParameter("give a mood, or --undo to take your label back")
    with open_mien(listener=listener) as mien:
        found = mien.store.tracks.find(track, mien.listener)
        if mood is None:
            changed = mien.listening.unlabel(mien.listener, found.id)
            said = f"{found.title} is {changed.track.mood.top} again, as the song network hears it"
        else:
            changed = mien.listening.label(mien.listener, found.id, mood)
            said = f"{found.title} is {mood} to {mien.listener.name} from now on"
    if json:
        print_json(_changed_json(changed, mood))
        return
    console().print(escaped(said))
    _show_moved(changed)


def _changed_json(changed: Changed, mood: Mood | None) -> dict[str, object]:
    return {
        "track_id": changed.track.id,
        "title": changed.track.title,
        "label": mood,
        "before": changed.before,
        "moved_count": changed.moved_count,
        "moved": [
            {"track_id": moved.track.id, "title": moved.track.title, "was": moved.was, "now": moved.now}
            for moved in changed.moved
        ],
    }


def _show_moved(changed: Changed) -> None:
    if not changed.moved_count:
        return
    songs = counted(changed.moved_count, "song")
    console().print(f"{songs} that sound like it changed mood too:")
    for moved in changed.moved[:_MOST_SHOWN]:
        console().print(f"  {escaped(moved.track.title)}: {moved.was} to {moved.now}")


def rate(
    track: TrackArgument,
    rating: Annotated[
        Rating | None, typer.Argument(help="A banned song is never recommended to you again.")
    ] = None,
    undo: UndoOption = False,
    listener: ListenerOption = None,
) -> None:
    """Say what you think of a song: like, dislike or ban.

    Example: mien rate "clair de lune" like
    """
    if (rating is None) != undo:
        raise typer.BadParameter("give like, dislike or ban, or --undo to take your rating back")
    with open_mien(listener=listener) as mien:
        found = mien.store.tracks.find(track, mien.listener)
        if rating is None:
            mien.listening.unrate(mien.listener, found.id)
        else:
            mien.listening.rate(mien.listener, found.id, rating)
    console().print(f"{escaped(found.title)}: {rating or 'no rating'}")


def not_now(
    track: TrackArgument,
    hours: Annotated[float, typer.Option("--hours", min=0, max=87_600, help="For how long.")] = 24.0,
    listener: ListenerOption = None,
) -> None:
    """Leave a song out for a while.

    Example: mien not-now "clair de lune" --hours 48
    """
    with open_mien(listener=listener) as mien:
        found = mien.store.tracks.find(track, mien.listener)
        until = mien.listening.not_now(mien.listener, found.id, hours)
    console().print(f"{escaped(found.title)} may come again after {until:%Y-%m-%d %H:%M}")


def ask(listener: ListenerOption = None, json: JsonOption = False) -> None:
    """Ask Mien whether there is a song whose mood it would like to know; mostly there is none.

    Answer with mien label.
    """
    with open_mien(listener=listener) as mien:
        question = mien.listening.ask(mien.listener)
    if json:
        sentence, track_id = (str(question.sentence), question.track.id) if question else (None, None)
        print_json({"question": sentence, "track_id": track_id})
    elif question is None:
        console().print("Mien has no question just now")
    else:
        console().print(f"{escaped(str(question.sentence))}: mien label #{question.track.id} MOOD")


def tune(
    knobs: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=VALUE...", help="Such as mood=8 or exploration=0.2.")
    ] = None,
    listener: ListenerOption = None,
    json: JsonOption = False,
) -> None:
    """See or set how much each part of the ranking counts, and how often to explore.

    Example: mien tune novelty=2 exploration=0.3
    """
    from mien.recommend.preferences import Preferences, Weights
    from mien.recommend.rank import PARTS

    known = {*asdict(Weights()), "exploration"}

    with open_mien(listener=listener) as mien:
        values = mien.listening.preferences(mien.listener).to_json()
        weights = dict(values.get("weights", {}))
        for name, value in map(_knob, knobs or []):
            if name not in known:
                names = ", ".join(sorted(known))
                raise ConfigurationError(f"there is no preference {name!r}; there is {names}")
            if name == "exploration":
                values["exploration"] = value
            else:
                weights[name] = value
        preferences = Preferences.of_json({**values, "weights": weights})
        if knobs:
            mien.listening.prefer(mien.listener, preferences)
    set_to = {**asdict(preferences.weights), "exploration": preferences.exploration}
    if json:
        print_json(set_to)
        return
    meanings = {
        **PARTS,
        "variety": "size of the chance in the choice",
        "exploration": "the chance that a place goes to a song you never heard, 0 to 1",
    }
    for name, value in set_to.items():
        console().print(f"{name:<12} {value:>6g}  {meanings[name]}")


def _knob(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    try:
        return name, float(value)
    except ValueError:
        wanted = "a number" if equals else "NAME=VALUE"
        raise typer.BadParameter(f"{text} is not {wanted}") from None


@taste_app.command("show")
def show(listener: ListenerOption = None, json: JsonOption = False) -> None:
    """List everything that Mien learned of you, with the name to take each back by."""
    with open_mien(listener=listener) as mien:
        items = mien.listening.learned(mien.listener)
    if json:
        for item in items:
            print_json(item.to_json())
    elif not items:
        console().print("Mien has learned nothing of you yet")
    else:
        for item in items:
            console().print(f"{escaped(item.name):<24} {escaped(str(item.sentence))}")


@taste_app.command("take-back")
def take_back(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="As mien taste show names them.")],
    listener: ListenerOption = None,
) -> None:
    """Unlearn something, as if it had never been said or done."""
    with open_mien(listener=listener) as mien:
        for name in names:
            mien.listening.take_back(mien.listener, name)
            console().print(f"{escaped(name)} is taken back")


@taste_app.command("erase")
def erase(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    listener: ListenerOption = None,
) -> None:
    """Erase everything that Mien learned of you, without a trace. Playlists stay."""
    with open_mien(listener=listener) as mien:
        name = escaped(mien.listener.name)
        if not yes:
            typer.confirm(f"Erase what Mien learned of {mien.listener.name}?", abort=True)
        mien.listening.erase(mien.listener)
    console().print(f"What was learned of {name} is gone")


@policy_app.command("show")
def show_policy(listener: ListenerOption = None, json: JsonOption = False) -> None:
    """Show which policy is used, and the tables."""
    from mien.recommend.policy import POLICIES

    with open_mien(listener=listener) as mien:
        preferences = mien.listening.preferences(mien.listener)
    tables = {**POLICIES, PolicyName.OWN: preferences.table}
    del tables[PolicyName.RANDOM]  # that of match
    if json:
        values = {
            str(name): {str(e): {str(m): round(w, 5) for m, w in row.items()} for e, row in table.items()}
            for name, table in tables.items()
        }
        print_json({"policy": str(preferences.policy), "tables": values})
        return
    console().print(f"Policy: {preferences.policy}")
    for name, table in tables.items():
        for emotion, row in table.items():
            moods = ", ".join(f"{mood} {weight:.0%}" for mood, weight in row.items())
            console().print(f"{name:<6} {emotion:<9} {moods}")


@policy_app.command("choose")
def choose_policy(
    policy: Annotated[PolicyName, typer.Argument(help="The one to use where none is named.")],
    listener: ListenerOption = None,
) -> None:
    """Choose the policy to use where none is named."""
    with open_mien(listener=listener) as mien:
        preferences = mien.listening.preferences(mien.listener)
        mien.listening.prefer(mien.listener, replace(preferences, policy=policy))
    console().print(f"Policy: {policy}")


@policy_app.command("set-row")
def set_row(
    emotion: Annotated[Emotion, typer.Argument(help="The row.")],
    moods: Annotated[
        list[str] | None, typer.Argument(metavar="MOOD=WEIGHT...", help="None takes the row back.")
    ] = None,
    listener: ListenerOption = None,
) -> None:
    """Set a row of your own table, which the policy own uses.

    Example: mien policy set-row sad calm=2 tender=1
    """
    row = {}
    for name, weight in map(_knob, moods or []):
        if name not in set(Mood):
            raise typer.BadParameter(f"there is no mood {name}; there is {', '.join(Mood)}")
        row[Mood(name)] = weight
    with open_mien(listener=listener) as mien:
        preferences = mien.listening.preferences(mien.listener).with_row(emotion, row)
        mien.listening.prefer(mien.listener, preferences)
    said = ", ".join(f"{mood} {weight:.0%}" for mood, weight in preferences.table.get(emotion, {}).items())
    console().print(f"{emotion}: {said or 'as in match'}")
