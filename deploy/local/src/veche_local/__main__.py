"""`python -m veche_local` is the `veche` command."""

from veche_local.cli import app

app(prog_name="veche")
