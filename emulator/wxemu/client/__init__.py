"""How others reach an emulator: a remote one, a child process, variables, the pytest plugin, the doctor, the demo."""
