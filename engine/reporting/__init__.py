"""Shows assessments, rulesets and vocabularies; computes nothing."""
