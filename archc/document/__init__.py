"""The kit that lectures share: records of what they say, one writer a format, translations."""
