"""Transfer of bytes, both ways: results come down, files go up."""
