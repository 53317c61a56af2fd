"""All that an emulator holds, as one document."""

from wxemu.state.state import State, check, parse, read_file, text, write_file

__all__ = ["State", "check", "parse", "read_file", "text", "write_file"]
