"""How a job stands: its record, its list entry, when to ask, how to wait."""
