"""What can be asked for: models, fields, checks and prices, read from an OpenAPI document."""
