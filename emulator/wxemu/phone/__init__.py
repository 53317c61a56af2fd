"""Face: the mini program side, a simulated phone."""
