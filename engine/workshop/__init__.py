"""For rule authors: what can be found wrong with a ruleset that loads."""
