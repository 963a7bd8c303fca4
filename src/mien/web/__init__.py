"""The browser's front end: the API, the built page, and what keeps both safe. See ``docs/api.md``."""
