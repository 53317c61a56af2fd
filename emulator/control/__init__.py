"""Face: our own control plane, apart from all that is emulated."""

from emulator.control.errors import failure
from emulator.control.routes import face

__all__ = ["face", "failure"]
