"""A small library of music that Mien composes and renders itself: to try it with no music at hand.

A song is composed for a mood (``songs``): tempo, mode, register, articulation, dynamics, timbre, dissonance
and rhythm are chosen by what research on music and emotion says of the mood:

    Hevner (1935), "The affective character of the major and minor modes in music"; (1937), "The affective
    value of pitch and tempo in music"; Juslin & Laukka (2003), "Communication of emotions in vocal expression
    and music performance"; Gabrielsson & Lindström (2010), "The role of structure in the musical expression
    of emotions"; Livingstone, Muhlberger, Brown & Thompson (2010), "Changing musical emotion"; Bresin &
    Friberg (2011), "Emotion rendering in music"; Eerola, Friberg & Bresin (2013), "Emotional expression in
    music: contribution, linearity, and additivity of primary musical cues".

Then it is arranged (``arrange``, ``harmony``, ``melody``), performed (``perform``), played on synthetic
instruments (``synth``), mixed (``render``) and written with tags (``library``). The mood it was composed for
is written nowhere: the ordinary scan analyses these songs as any others, and may disagree.
``docs/demo-library.md`` tells more.
"""

from mien.demo.library import compose_library

__all__ = ["compose_library"]
