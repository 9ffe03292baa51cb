"""Finished jobs saved whole."""
