"""``POST /admin``: CloudBase's gateway as wx-server-sdk and node-sdk speak to it."""

from wxemu.cloudbase.admin.routes import face

__all__ = ["face"]
