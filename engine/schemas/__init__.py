"""The published JSON Schemas of ruleset, vocabulary, fact sheet, tests, result and batch."""
