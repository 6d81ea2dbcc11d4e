"""What a ruleset says: sources and positions, expressions with units, vocabulary, the ruleset model."""
