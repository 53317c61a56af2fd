"""What ends a benchmark.

BenchError
    A figure would mean nothing: a server did not start, an answer was not the expected one; the text says which.
"""


class BenchError(Exception):
    """There is no figure to give."""
