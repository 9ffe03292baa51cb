"""Check of a batch: every line of its list is read, checked, priced and named."""
