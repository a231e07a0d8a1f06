"""Graph neural networks in plain PyTorch, small enough to read in an evening."""

__version__ = "0.1.0"
