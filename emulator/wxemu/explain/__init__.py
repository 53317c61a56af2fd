"""Why a call failed, or what a caller would have had to see for himself: every usual mistake tried and named.

Nothing is guessed where it can be tried: the keys, texts and tokens of this world are at hand. What an explanation says
holds no credential: it speaks of "the session_key, base64-decoded" and never shows one.
"""

from wxemu.explain.case import MISTAKES, Explanation, Finding
from wxemu.explain.explaining import explain
from wxemu.explain.mistakes import Mistake

__all__ = ["MISTAKES", "Explanation", "Finding", "Mistake", "explain"]
