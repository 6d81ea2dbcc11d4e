"""Measurements; nothing here is a test or is installed."""
