"""Face: our own control plane, apart from all that is emulated."""

from emulator.control.routes import face, failure

__all__ = ["face", "failure"]
