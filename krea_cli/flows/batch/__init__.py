"""Batches: many requests from one file, checked first, then made by one scheduler."""
