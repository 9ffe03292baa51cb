"""The help of the commands: their tree as data, the groups of options, and the pages of -h."""
