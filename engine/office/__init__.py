"""For supervision offices: every district of a batch scored, compared, listed."""
