"""What ends a benchmark.

BenchError
    A figure would mean nothing: a server did not start, an answer was not the expected one; the text says which.
StarvedError (a BenchError)
    Function calls hold all that the server can do at a time.
"""


class BenchError(Exception):
    """There is no figure to give."""


class StarvedError(BenchError):
    """Too few function calls could be in flight at a time."""
