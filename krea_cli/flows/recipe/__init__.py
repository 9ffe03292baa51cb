"""Recipes: the way a result was made, written beside it or into it."""
