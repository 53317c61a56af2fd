"""A server on wechatpy that knows of no emulator; it is asked and answers by lines of JSON."""

import hashlib
import hmac
import json
import sys

from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

client = WeChatClient(*sys.argv[1:])


def check_session(openid, session_key):
    signature = hmac.new(session_key.encode(), b"", hashlib.sha256).hexdigest()
    query = {"openid": openid, "signature": signature, "sig_method": "hmac_sha256"}
    return client.get("https://api.weixin.qq.com/wxa/checksession", params=query)


def verify(openid, json_string, json_signature):
    body = {"openid": openid, "json_string": json_string, "json_signature": json_signature}
    return client.post("soter/verify_signature", data=body)


OPERATIONS = {
    "token": lambda: client.access_token,
    "session": client.wxa.code_to_session,
    "check_session": check_session,
    "verify": verify,
}

for line in sys.stdin:
    operation, *arguments = json.loads(line)
    try:
        answer = OPERATIONS[operation](*arguments)
    except WeChatClientException as error:
        answer = {"errcode": error.errcode}
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
