"""What a district reports: values with units, sheets, tables, claims; each value with its origin."""
