"""What every face shares: who may ask, how bodies are read, what the journal is told, how answers go out."""

from typing import Final

SWITCHBOARD: Final = "wxemu.switchboard"
"""Where the WSGI environment of a request has the application over all parties, for a request to be sent again."""
