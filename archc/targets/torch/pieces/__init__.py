"""Modules that PyTorch lacks: the backend copies the class it needs into the file it writes."""
