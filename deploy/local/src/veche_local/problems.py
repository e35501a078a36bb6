"""What can go wrong on the machine that Veche is started on, each said in one sentence and with a way out."""

from __future__ import annotations


class MachineError(Exception):
    """The machine does not let Veche run; `sentence` says what is wrong and `way_out` what to do about it.

    The command line prints both and ends with a non-zero code; nobody is to see a traceback for these.
    """

    def __init__(self, sentence: str, way_out: str) -> None:
        super().__init__(f"{sentence} {way_out}")
        self.sentence = sentence
        self.way_out = way_out
