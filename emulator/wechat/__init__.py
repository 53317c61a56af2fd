"""Face: api.weixin.qq.com."""

from emulator.wechat.routes import face

__all__ = ["face"]
