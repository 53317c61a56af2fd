"""Face: the web console, pages for a developer's browser."""
