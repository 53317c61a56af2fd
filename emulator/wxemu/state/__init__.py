"""The state of an emulator as one document: export, import, snapshots, reset."""

from wxemu.state.state import State, check, parse, read_file, text, write_file

__all__ = ["State", "check", "parse", "read_file", "text", "write_file"]
