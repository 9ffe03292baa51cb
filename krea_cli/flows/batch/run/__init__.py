"""Make the items of a checked batch: one scheduler, and threads that submit, poll and save."""
