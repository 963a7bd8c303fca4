"""Why a song was chosen, in sentences for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mien.domain import Mood, Rating
from mien.sentences import say

if TYPE_CHECKING:
    from mien.recommend.policy import Wanted
    from mien.recommend.rank import Pick
    from mien.recommend.view import View
    from mien.sentences import Sentence

_MOODS = tuple(Mood)
_OPINIONS = {
    Rating.LIKE: say("liked", "you like it"),
    Rating.DISLIKE: say("disliked", "you dislike it, so it comes seldom"),
}
# A part that added or took less than this does not explain anything.
_WORTH_SAYING = 0.25
_MOST_CLAUSES = 2


def why(view: View, wanted: Wanted, pick: Pick, rating: Rating | None) -> tuple[Sentence, ...]:
    """The mood and why it is wanted, then what else spoke for the song.

    Args:
        view: the library as the listener hears it.
        wanted: what was played towards.
        pick: the song, and what each part added.
        rating: what the listener said of it.
    """
    clauses = [_of_mood(view, wanted, pick)]
    if pick.explored:
        clauses.append(say("explored", "you never heard it, and now and then you want something new"))
    if rating in _OPINIONS:
        clauses.append(_OPINIONS[rating])
    strongest = sorted(pick.parts.items(), key=lambda item: -abs(item[1]))
    said = (_clause(view, pick, name, value, rating) for name, value in strongest)
    clauses += [clause for clause in said if clause][:_MOST_CLAUSES]
    if view.taste.novelty[pick.row] and not pick.explored:
        clauses.append(say("new_to_you", "new to you"))
    return tuple(clauses)


def _of_mood(view: View, wanted: Wanted, pick: Pick) -> Sentence:
    hearing, row = view.hearing, pick.row
    top = _MOODS[hearing.tops[row]]
    sentence = _heard_as(view, row)
    if pick.mood is None:
        return sentence
    if top is not pick.mood:
        share = float(hearing.moods[row, _MOODS.index(pick.mood)])
        sentence = say(
            "mood_nearest",
            "{heard}, but nearest to {mood} ({share:.0%})",
            heard=sentence,
            mood=pick.mood,
            share=share,
        )
    if pick.mood in wanted.reasons:
        because = wanted.reasons[pick.mood]
        sentence = say("mood_wanted", "{heard}, which {because}", heard=sentence, because=because)
    return sentence


def _heard_as(view: View, row: int) -> Sentence:
    hearing = view.hearing
    top = _MOODS[hearing.tops[row]]
    if hearing.labelled[row]:
        return say("mood_labelled", "{mood}, as you labelled it", mood=top)
    share = float(hearing.moods[row, hearing.tops[row]])
    if hearing.certain[row]:
        return say("mood_heard", "{mood} with {share:.0%}", mood=top, share=share)
    return say("mood_perhaps", "perhaps {mood} with {share:.0%}", mood=top, share=share)


def _clause(view: View, pick: Pick, name: str, value: float, rating: Rating | None) -> Sentence | None:
    if name == "fatigue":
        return _HEARD_TOO_SOON if value < -_HEARD_LATELY else None
    if abs(value) < _WORTH_SAYING:
        return None
    if name == "song":
        return None if rating else _SENTENCES[name, value > 0]
    if name == "artist":
        return _of_artist(view, pick.row, value)
    return _SENTENCES.get((name, value > 0))


# A song of a day ago or less.
_HEARD_LATELY = 2.5
_HEARD_TOO_SOON = say("heard_lately", "heard lately, for want of others")
_SENTENCES = {
    ("song", True): say("song_finished", "you play it to its end"),
    ("song", False): say("song_skipped", "you skipped it before"),
    ("sound", True): say("sound_enjoyed", "it sounds like what you enjoy"),
    ("sound", False): say("sound_skipped", "it sounds like what you skip"),
    ("moment", True): say("sound_of_now", "it sounds like what you are enjoying now"),
    ("hour", True): say("artist_of_hour", "you take to this artist at this time of day"),
    ("others", True): say("others_play", "listeners with a like taste play it"),
}


def _of_artist(view: View, row: int, value: float) -> Sentence | None:
    artist = view.catalogue.artists[row]
    plays, finished = int(view.taste.artist_plays[artist]), int(view.taste.artist_finished[artist])
    if not plays:
        if value > 0:
            return say("artist_liked", "you like songs by this artist")
        return say("artist_disliked", "you dislike songs by this artist")
    return say(
        "artist_finished",
        "you finished {finished} of {plays} songs by this artist",
        finished=finished,
        plays=plays,
    )
