"""How a result was made, and where that is written."""
