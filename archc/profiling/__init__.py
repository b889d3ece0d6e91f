"""What is known of the kernels without a GPU: compiled code, counted; time, modelled."""
