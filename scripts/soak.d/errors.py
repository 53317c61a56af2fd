"""What ends a soak.

SoakError
    An emulator did not start, lost what it had acknowledged, or was not back in time; the text says what.
"""


class SoakError(Exception):
    """The emulator did not hold."""
