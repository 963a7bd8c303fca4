"""File formats that other programs read and write."""
