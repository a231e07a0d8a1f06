"""What every test shares."""

import pytest
from hypothesis import settings

# No deadline: the first call into torch or numba may take seconds on a busy machine.
settings.register_profile("course", deadline=None, max_examples=50)
settings.load_profile("course")


def pytest_configure(config: pytest.Config) -> None:
    """Warnings are errors, but `import torch_geometric` itself raises this one."""
    config.addinivalue_line("filterwarnings", "ignore:.torch.jit.script. is deprecated:DeprecationWarning")
