"""What a district reports: values with units, sheets, tables, claims; each with its origin."""
