"""What every test shares."""

from hypothesis import settings

# No deadline: the first call into torch or numba may take seconds on a busy machine.
settings.register_profile("course", deadline=None, max_examples=50)
settings.load_profile("course")
