"""Runs the generated module, with torch: building, verifying, loading weights."""
