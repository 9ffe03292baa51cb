"""Where results go: names, targets, part files, publishing."""
