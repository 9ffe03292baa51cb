"""Jobs of the service: their records, when to poll them, how to wait for them."""
