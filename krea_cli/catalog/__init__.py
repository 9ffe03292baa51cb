"""Models that can be asked for: their fields, checks and prices, read from an OpenAPI document."""
