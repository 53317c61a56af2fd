"""The version of this distribution, which the build and the User-Agent read: here, so that reading it imports nothing."""

__version__ = "0.2.0"
