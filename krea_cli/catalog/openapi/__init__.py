"""An OpenAPI document, read as foreign text: bounded, and reduced to models."""
