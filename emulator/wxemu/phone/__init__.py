"""Face: the mini program side, a simulated phone."""

from wxemu.phone.routes import face

__all__ = ["face"]
