"""Face: the web console, pages for a developer's browser."""

from wxemu.console.routes import PATHS, face, failure

__all__ = ["PATHS", "face", "failure"]
