"""From the words of a command line to a request that the model accepts."""
