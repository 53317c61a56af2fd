"""Face: api.weixin.qq.com."""

from wxemu.wechat.routes import face

__all__ = ["face"]
