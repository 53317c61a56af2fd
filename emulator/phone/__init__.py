"""Face: the mini program side, a simulated phone."""

from emulator.phone.routes import face

__all__ = ["face"]
