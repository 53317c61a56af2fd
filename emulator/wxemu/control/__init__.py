"""Face: our own control plane, apart from all that is emulated."""
