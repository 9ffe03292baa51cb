"""What the server speaks: one method per endpoint, plain types in and out."""
