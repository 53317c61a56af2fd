"""Face: our own control plane, apart from all that is emulated."""

from wxemu.control.errors import failure
from wxemu.control.routes import face

__all__ = ["face", "failure"]
