"""Random specs that are valid by construction, and an interpreter to hold archc against."""
