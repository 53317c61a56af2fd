"""The function that is deployed to a live environment, and taken away again: what index.py says it saw there."""
