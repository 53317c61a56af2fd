"""``python -m emulator`` is ``wxemu``."""

from emulator.cli import main

main(prog_name="wxemu")
