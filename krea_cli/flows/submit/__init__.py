"""Sent once, never twice: claim, submit, reconcile what is in doubt."""
