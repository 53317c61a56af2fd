"""What runs inside SCF: a warm process, and the instances that it forks.

This package stands alone, on Python 3.9 and later: it is run by the interpreter of a function, never imported by the
emulator. `wxemu.scf.runtime.forkserver` starts it.
"""
