"""The kit that every document shares: records, one writer a format, translations, plots."""
