"""What a ruleset says: positions, expressions with units, the vocabulary, the ruleset model."""
