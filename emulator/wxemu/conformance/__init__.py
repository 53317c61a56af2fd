"""Conformance: the same questions to an emulator and to the live servers, and what follows from the answers.

The questions are data, in ``questions/``, one file a group. ``engine`` asks, ``report`` compares, ``applying`` has an
emulator answer as it was seen.
"""
