"""Face: Tencent Cloud's API, as its SDKs and the CloudBase CLI speak to it."""

from wxemu.tencentcloud.routes import face

__all__ = ["face"]
