"""What a browser gets where no page is: a small page of ours, which the journal never hears of.

Browsers ask for icons and the like on their own, and people mistype addresses. Neither is a call of WeChat.
"""

from __future__ import annotations

import re
from typing import Final

from flask import Response, request
from markupsafe import Markup

from wxemu.core.http import language
from wxemu.core.http.hosts import is_emulated
from wxemu.core.messages import Message

NOISE: Final = re.compile(r"/(favicon\.ico|robots\.txt|apple-touch-icon[\w-]*\.png|\.well-known/appspecific/.*)")
"""What browsers ask for though no page names it, and crawlers."""
PAGE_VIEW: Final = "application/xhtml+xml"
"""In Accept, every browser names it beside ``text/html`` to view a page; Java's own client names that alone."""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
_TITLE: Final = Message("There is no page here", "这里没有页面")
_LINKS: Final = (
    ("/", Message("Console", "控制台")),
    ("/phone", Message("Phones", "手机")),
    ("/openapi.json", Message("HTTP interface", "HTTP 接口")),
)
_PAGE: Final = Markup("""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · wxemu</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 34rem; margin: 16vh auto; padding: 0 24px; background: light-dark(#f7f8f9, #0d1012);
  color: light-dark(#14181c, #e8ebee); font: 15px/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }}
h1 {{ font-size: 22px; }}
a {{ margin-right: 20px; color: light-dark(#06713a, #3fdc88); }}
a:focus-visible {{ outline: 2px solid #07c160; outline-offset: 2px; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{text}</p>
<p>{links}</p>
</main>
</body>
</html>
""")
_LINK: Final = Markup('<a href="{}">{}</a>')


def is_browsers() -> bool:
    """Whether a browser asks, for a page or of its own accord, and not by a name of WeChat's or Tencent Cloud's."""
    if request.method not in ("GET", "HEAD") or is_emulated(request.host.partition(":")[0]):
        return False
    is_page_view = PAGE_VIEW in request.headers.get("Accept", "")
    return is_page_view or NOISE.fullmatch(request.path) is not None


def page() -> Response:
    """The page, with the ways to those that are there."""
    text = Message("The emulator has nothing at {path}.", "模拟器在 {path} 没有页面。", path=request.path)
    content = _PAGE.format(
        lang="zh-CN" if language.of_request() == "zh" else "en",
        title=language.say(_TITLE),
        text=language.say(text),
        links=Markup("\n").join(_LINK.format(path, language.say(words)) for path, words in _LINKS),
    )
    response = Response(content, status=404, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Cache-Control"] = "no-store"
    return response
