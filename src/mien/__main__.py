"""``python -m mien`` and the ``mien`` program."""

from mien.cli import main

if __name__ == "__main__":
    main()
