"""``/v1/functions``: CloudBase's HTTP API of functions [doc], which js-sdk 3.x (GATEWAY) uses as well."""
