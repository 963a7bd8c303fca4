"""Knowing songs: from a file to its features and its mood, and playing it aloud."""
