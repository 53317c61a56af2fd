"""The state of an emulator as one document: export, import, snapshots, reset; and the seed that it begins with."""
