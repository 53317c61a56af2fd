"""Face: api.weixin.qq.com."""
