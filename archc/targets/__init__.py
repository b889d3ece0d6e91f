"""What a network is compiled to: a folder for each target, pure, without knowing each other."""
