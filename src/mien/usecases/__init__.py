"""Use cases that join several parts and need more than a few lines; a module each, handed out by `core`."""
