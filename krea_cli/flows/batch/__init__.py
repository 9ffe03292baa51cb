"""Batches: many requests from one list, checked first, then run by one scheduler."""
