"""A mini program's server: customers log in, place orders, and confirm each with a finger.

Run it with the mini program's AppID and AppSecret in WX_APPID and WX_SECRET: flask --app orders run
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass

from flask import Flask, abort, jsonify, request
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException


@dataclass
class Order:
    openid: str
    challenge: str
    is_confirmed: bool = False


class Confirmations:
    """Decides whether the result of wx.startSoterAuthentication confirms an order."""

    def __init__(self, wechat: WeChatClient) -> None:
        self._wechat = wechat
        self._counters: dict[str, int] = {}  # the latest of each phone

    def refusal(self, order: Order, text: str, signature: str) -> str | None:
        """Why it does not confirm the order; ``None`` if it does."""
        body = {"openid": order.openid, "json_string": text, "json_signature": signature}  # the text unchanged
        if not self._wechat.post("soter/verify_signature", data=body)["is_ok"]:
            return "WeChat does not confirm it"
        # WeChat checks only the signature. We must check what was signed, and that it is not used a second time.
        signed = json.loads(text)
        if order.is_confirmed or signed["raw"] != order.challenge:
            return "it is for another order, or was used before"
        if int(signed["counter"]) <= self._counters.get(signed["cpu_id"], -1):
            return "its phone has signed a later one"
        self._counters[signed["cpu_id"]] = int(signed["counter"])
        return None


def create_app() -> Flask:
    app = Flask(__name__)
    wechat = WeChatClient(os.environ["WX_APPID"], os.environ["WX_SECRET"])
    confirmations = Confirmations(wechat)
    openids: dict[str, str] = {}  # by the session that the mini program sends
    orders: dict[str, Order] = {}

    def customer() -> str:
        session = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return openids.get(session) or abort(401)

    @app.post("/login")
    def log_in():
        session = secrets.token_urlsafe()
        openids[session] = wechat.wxa.code_to_session(request.json["code"])["openid"]
        return jsonify(session=session)

    @app.post("/orders")
    def place():
        number, order = str(len(orders) + 1), Order(customer(), secrets.token_urlsafe())
        orders[number] = order
        return jsonify(order=number, challenge=order.challenge), 201

    @app.post("/orders/<number>/confirm")
    def confirm(number):
        order = orders.get(number)
        if order is None or order.openid != customer():
            abort(404)
        refusal = confirmations.refusal(order, request.json["resultJSON"], request.json["resultJSONSignature"])
        if refusal is not None:
            return jsonify(refused=refusal), 403
        order.is_confirmed = True
        return jsonify(confirmed=number)

    @app.errorhandler(WeChatClientException)
    def refused_by_wechat(error):
        return jsonify(error=error.errmsg), 503 if error.errcode == -1 else 400

    return app
