"""What a batch is to be: every line of its file read, checked, priced and named."""
