"""Fitting and evaluating the two networks (the paper's figure 1)."""
