"""What runs the generated module, so needs torch: building, verifying, loading weights."""
