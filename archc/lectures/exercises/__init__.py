"""Exercise sheets: a table with columns to fill in, its key, and the marking of a filled one."""
