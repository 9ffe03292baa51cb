"""Output, progress and wording for people and programs. Alone imports rich."""
