"""An error that the operator can do something about, with what that is."""

from __future__ import annotations


class CommandError(Exception):
    """A command cannot be carried out: `message` says what is wrong, `advice` what to do about it, a sentence each.

    The command line prints both and ends with a non-zero exit code, without a traceback.
    """

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(f"{message} {advice}")
        self.message = message
        self.advice = advice
