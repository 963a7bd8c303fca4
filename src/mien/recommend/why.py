"""Why a song was chosen, in one sentence for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mien.domain import Mood, Rating

if TYPE_CHECKING:
    from mien.recommend.policy import Wanted
    from mien.recommend.rank import Pick
    from mien.recommend.view import View

_MOODS = tuple(Mood)
_OPINIONS = {Rating.LIKE: "you like it", Rating.DISLIKE: "you dislike it, so it comes seldom"}
# A part that added or took less than this does not explain anything.
_WORTH_SAYING = 0.25
_MOST_CLAUSES = 2


def why(view: View, wanted: Wanted, pick: Pick, rating: Rating | None) -> str:
    """One sentence: the mood and why it is wanted, then what else spoke for the song.

    Args:
        view: the library as the listener hears it.
        wanted: what was played towards.
        pick: the song, and what each part added.
        rating: what the listener said of it.
    """
    clauses = [_of_mood(view, wanted, pick)]
    if pick.explored:
        clauses.append("you never heard it, and now and then you want something new")
    if rating in _OPINIONS:
        clauses.append(_OPINIONS[rating])
    strongest = sorted(pick.parts.items(), key=lambda item: -abs(item[1]))
    said = (_clause(view, pick, name, value, rating) for name, value in strongest)
    clauses += [clause for clause in said if clause][:_MOST_CLAUSES]
    if view.taste.novelty[pick.row] and not pick.explored:
        clauses.append("new to you")
    return "; ".join(clauses)


def _of_mood(view: View, wanted: Wanted, pick: Pick) -> str:
    hearing, row = view.hearing, pick.row
    top = _MOODS[hearing.tops[row]]
    sentence = "" if hearing.certain[row] else "perhaps "
    sentence += (
        f"{top}, as you labelled it"
        if hearing.labelled[row]
        else f"{top} with {hearing.moods[row, hearing.tops[row]]:.0%}"
    )
    if pick.mood is None:
        return sentence
    if top is not pick.mood:
        share = hearing.moods[row, _MOODS.index(pick.mood)]
        sentence += f", but nearest to {pick.mood} ({share:.0%})"
    if pick.mood in wanted.reasons:
        sentence += f", which {wanted.reasons[pick.mood]}"
    return sentence


def _clause(view: View, pick: Pick, name: str, value: float, rating: Rating | None) -> str | None:
    if name == "fatigue":
        return "heard lately, for want of others" if value < -_HEARD_LATELY else None
    if abs(value) < _WORTH_SAYING:
        return None
    if name == "song":
        return None if rating else "you play it to its end" if value > 0 else "you skipped it before"
    if name == "artist":
        return _of_artist(view, pick.row, value)
    return _SENTENCES.get((name, value > 0))


# A song of a day ago or less.
_HEARD_LATELY = 2.5
_SENTENCES = {
    ("sound", True): "it sounds like what you enjoy",
    ("sound", False): "it sounds like what you skip",
    ("moment", True): "it sounds like what you are enjoying now",
    ("hour", True): "you take to this artist at this time of day",
    ("others", True): "listeners with a like taste play it",
}


def _of_artist(view: View, row: int, value: float) -> str | None:
    artist = view.catalogue.artists[row]
    plays, finished = int(view.taste.artist_plays[artist]), int(view.taste.artist_finished[artist])
    if not plays:
        return "you like songs by this artist" if value > 0 else "you dislike songs by this artist"
    songs = "song" if plays == 1 else "songs"
    return f"you finished {finished} of {plays} {songs} by this artist"
