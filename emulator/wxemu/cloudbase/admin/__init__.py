"""``POST /admin``: CloudBase's gateway as wx-server-sdk and node-sdk speak to it."""
