"""Face: Tencent Cloud's API, as its SDKs and the CloudBase CLI speak to it."""

from emulator.cloudbase.tencentcloud.routes import face

__all__ = ["face"]
