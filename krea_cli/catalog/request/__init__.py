"""Turn the words of a command line into a request that the model accepts."""
