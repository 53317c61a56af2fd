"""What is wrong with the interception's files."""

from __future__ import annotations

from wxemu.core.messages import MessageError


class AuthorityError(MessageError):
    """The CA's files are broken, do not belong together, or are not ours; the text is for the user."""
