"""Face: the bucket of COS, Tencent Cloud's object storage, that code is uploaded through."""

from wxemu.tencentcloud.cos.routes import face

__all__ = ["face"]
