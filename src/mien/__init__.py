"""Mien reads the listener's mood from their face and plays what fits from their own library."""
