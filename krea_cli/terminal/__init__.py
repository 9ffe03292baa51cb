"""What you see: output, progress, words. Alone imports rich."""
