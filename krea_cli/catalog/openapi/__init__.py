"""Models read from an OpenAPI document: text of a stranger, within limits."""
