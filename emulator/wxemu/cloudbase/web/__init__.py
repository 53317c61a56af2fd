"""``POST /web``: CloudBase as js-sdk 1.x, 2.x and the CLOUD_API mode of 3.x speak to it."""
