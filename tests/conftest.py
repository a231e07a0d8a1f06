"""What every test shares."""

from pathlib import Path

import pytest
from hypothesis import settings

HERE = Path(__file__).parent

# No deadline: the first call into torch or numba may take seconds on a busy machine.
settings.register_profile("course", deadline=None, max_examples=50)
settings.load_profile("course")


def pytest_configure(config: pytest.Config) -> None:
    """Warnings are errors, but `import torch_geometric` itself raises this one."""
    config.addinivalue_line("filterwarnings", "ignore:.torch.jit.script. is deprecated:DeprecationWarning")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that drives a browser or measures time gets a second try: on a busy machine a page may lose a
    key. The first try's traceback is printed, and the suite has four such tries at most. Grading gets none:
    an attack that succeeds now and then has succeeded.
    """
    for item in items:
        part = item.path.relative_to(HERE).parts[0] if item.path.is_relative_to(HERE) else ""
        if part == "browser" or (item.get_closest_marker("alone") and part != "grading"):
            item.add_marker(pytest.mark.flaky(reruns=1))
