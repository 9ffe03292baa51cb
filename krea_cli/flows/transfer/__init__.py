"""Bytes over the wire, both ways."""
