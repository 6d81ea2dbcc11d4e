"""The published JSON Schemas: ruleset, parameters, vocabulary, fact sheet, tests, result, batch."""
