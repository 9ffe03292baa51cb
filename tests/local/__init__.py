"""What is kept here, tested on real files in temporary folders."""
