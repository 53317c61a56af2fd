"""What ends packaging or deploying, each told in one sentence: what was expected, what was found, what to do.

PackagingError
├── LockError      the lock of the functions' dependencies is missing, incomplete, or was made for other requirements
├── DownloadError  pip could not bring what the lock names
└── DeployError    the package cannot be sent, or did not answer when it was
"""

from __future__ import annotations

from wxemu.core.messages import MessageError


class PackagingError(MessageError):
    """There is no package."""


class LockError(PackagingError):
    """It is not settled which dependencies go into a package."""


class DownloadError(PackagingError):
    """A dependency could not be brought here."""


class DeployError(PackagingError):
    """The functions are not deployed, or do not answer."""
