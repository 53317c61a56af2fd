"""Your server: did the buyer confirm this order with a finger? It uses WeChat's own address only."""

import json

import requests

WECHAT = "https://api.weixin.qq.com"


class Shop:
    def __init__(self, appid, secret):
        self.credentials = {"appid": appid, "secret": secret}
        self.seen = {}  # the latest counter of each phone

    def openid_of(self, code):
        """The user who logged in with this code of wx.login."""
        query = {**self.credentials, "js_code": code, "grant_type": "authorization_code"}
        return _checked(requests.get(f"{WECHAT}/sns/jscode2session", params=query, timeout=5))["openid"]

    def is_confirmed(self, openid, order, result_json, signature):
        """Whether this user confirmed this order, for the first time."""
        members = {"openid": openid, "json_string": result_json, "json_signature": signature}
        url = f"{WECHAT}/cgi-bin/soter/verify_signature?access_token={self._token()}"
        if not _checked(requests.post(url, json=members, timeout=5))["is_ok"]:
            return False
        result = json.loads(result_json)  # WeChat checks only the signature: we must check what was signed
        is_new = result["counter"] > self.seen.get(result["cpu_id"], -1)
        self.seen[result["cpu_id"]] = max(result["counter"], self.seen.get(result["cpu_id"], -1))
        return result["raw"] == order and is_new

    def _token(self):
        members = {"grant_type": "client_credential", **self.credentials}
        return _checked(requests.post(f"{WECHAT}/cgi-bin/stable_token", json=members, timeout=5))["access_token"]


def _checked(response):
    answer = response.json()
    if answer.get("errcode"):
        raise ConnectionError(f"WeChat refuses: {answer['errcode']} {answer['errmsg']}")
    return answer
