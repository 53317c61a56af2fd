"""``python -m wxemu`` is ``wxemu``."""

from wxemu.cli import main

main(prog_name="wxemu")
