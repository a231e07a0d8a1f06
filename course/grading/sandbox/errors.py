"""What goes wrong with a sandbox is never the learner's fault, so it must never cost points."""


class SandboxError(Exception):
    """A sandbox can't be had, or not as safe as it was asked for. Says what to do about it."""
