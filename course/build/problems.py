"""What is wrong with a lesson, said so that its author can mend it."""

from collections.abc import Iterable


class BuildError(Exception):
    """One lesson can't be built. Its message lists every problem found, one a line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))
