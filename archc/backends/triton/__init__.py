"""Network -> kernels beside the PyTorch code, which replaces what they fuse."""
