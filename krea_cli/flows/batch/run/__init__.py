"""What becomes of a batch: its items sent, watched and saved by one scheduler and its crew."""
