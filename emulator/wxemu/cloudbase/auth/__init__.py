"""``/auth/v1``: anonymous login of web users, as js-sdk 2.x and 3.x and the documented HTTP API know it."""
