"""Places for results: names, targets, part files, publishing."""
