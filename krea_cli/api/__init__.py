"""The client of the Krea API: one method for each endpoint, plain types in and out."""
