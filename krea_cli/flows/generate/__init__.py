"""One command line made into requests, jobs and files."""
