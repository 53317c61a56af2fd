"""The version of this distribution, for the build and the User-Agent: reading it imports nothing else."""

__version__ = "0.2.0"
