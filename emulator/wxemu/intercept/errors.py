"""What is wrong with the interception's files."""

from __future__ import annotations


class AuthorityError(Exception):
    """The CA's files are broken, do not belong together, or are not ours; the text is for the user."""
