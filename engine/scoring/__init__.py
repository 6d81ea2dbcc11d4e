"""Facts and a ruleset become an assessment: exact values, outcomes, points, grade, bounds."""
