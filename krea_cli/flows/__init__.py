"""What happens over time: submit, settle, wait, download; progress is told as events."""
