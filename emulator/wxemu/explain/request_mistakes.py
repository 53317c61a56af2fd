"""What goes wrong with everything but signatures: tokens, permissions, users, codes, bodies."""

from __future__ import annotations

from typing import Final

from wxemu.explain.mistakes import Mistake

CREDENTIALS: Final = (
    Mistake(
        "token_in_body",
        "The access_token stands in the body, where nobody looks for it.",
        "the body",
        "Put it into the URL: ?access_token=... also of a POST.",
    ),
    Mistake(
        "token_missing",
        "There is no access_token in the URL.",
        "the query",
        "Put it into the URL: ?access_token=...",
    ),
    Mistake(
        "token_replaced",
        "The access_token was replaced: another call has fetched a new one since.",
        "the tokens that were issued to the app",
        "Let one server fetch the token for all; or use auth.getStableAccessToken, which gives all the same one.",
    ),
    Mistake(
        "token_expired",
        "The access_token has lived its 7200 seconds.",
        "the token's end",
        "Fetch a new one some minutes before its end, or upon 42001 and 40001, once, and try again.",
    ),
    Mistake(
        "token_unknown",
        "The access_token was never issued here, or in a state that was reset since.",
        "the tokens that were issued here",
        "Fetch a new one. A client that keeps tokens in a file or in Redis may bring one from another place.",
    ),
    Mistake(
        "token_malformed",
        "That is no access_token at all.",
        "the token's form",
        "Send the access_token of the answer and nothing else: no quotes, no JSON, no name of a variable.",
    ),
    Mistake(
        "api_unauthorized",
        "The app has no permission for this API.",
        "the app's restrictions",
        "In this emulator the app's `unauthorized` or `forbidden` says so: take the API out of it, in the seed or over"
        " HTTP. At WeChat the API must be granted to the app.",
    ),
    Mistake(
        "permission_undeclared",
        "The function's config.json does not ask for this API.",
        "what config.json declares",
        "Declare it, and upload the function again.",
    ),
    Mistake(
        "api_without_cloud_call",
        "There is no such cloud call.",
        "the APIs that WeChat offers as cloud calls",
        "Call it over HTTPS with an access_token, if it is one of WeChat's.",
    ),
    Mistake(
        "invocation_ended",
        "The token of the cloud call is that of no running invocation.",
        "the tokens of invocations",
        "Read WX_API_TOKEN from the context of each invocation, and call before it ends; your servers have none.",
    ),
    Mistake(
        "secret_wrong",
        "The AppSecret is not that of the appid, is frozen, or there is no such appid.",
        "appid and secret",
        "Compare them with the app's; beware of a secret that was changed since, and of spaces around it.",
    ),
    Mistake(
        "address_refused",
        "The address that calls may not fetch tokens.",
        "the app's whitelist",
        "Put the address into the app's ip_whitelist.",
    ),
    Mistake(
        "quota_spent",
        "The API was called more often than it may be.",
        "the quotas",
        "Keep what the API gave, and call it less often; the setting `quotas` has the numbers.",
    ),
)
REQUESTS: Final = (
    Mistake(
        "openid_of_another_app",
        "The openid is that of a user in another mini program.",
        "the users of the other apps",
        "An openid belongs to one app: use the one that this app's login gave.",
    ),
    Mistake(
        "openid_placeholder",
        "The openid is a placeholder.",
        "words that stand for an openid",
        "Put the user's openid in: 28 characters that begin with o.",
    ),
    Mistake(
        "openid_is_unionid",
        "That is the user's unionid, not the openid.",
        "the unionids",
        "Send the openid of the same login.",
    ),
    Mistake(
        "openid_unknown",
        "Nobody has this openid here.",
        "the users of the app",
        "Log in on a phone of this emulator first, or add the user to the seed.",
    ),
    Mistake(
        "code_of_another_kind",
        "A code of wx.login was sent for one that tells a phone number, or the other way round.",
        "the codes of the other kind",
        "auth.code2Session takes the code of wx.login, phonenumber.getPhoneNumber the detail.code of a button with"
        ' open-type="getPhoneNumber".',
    ),
    Mistake(
        "code_used",
        "The code was used before; it works once.",
        "the codes that were traded",
        "Let the phone give a new one each time (wx.login, or the button), and trade it in one place only.",
    ),
    Mistake(
        "code_expired",
        "The code is older than five minutes.",
        "the code's age",
        "Trade it at once.",
    ),
    Mistake(
        "code_of_another_app",
        "The code was given in another mini program.",
        "the codes of the other apps",
        "Trade it with the appid and secret of the mini program that called wx.login.",
    ),
    Mistake(
        "content_risky",
        "WeChat finds the text or the picture risky.",
        "the content",
        "Refuse it. In this emulator only the documentation's sample is risky, or what a fault of yours (87014) meets.",
    ),
    Mistake(
        "code_unknown",
        "No phone of this world was given this code.",
        "the codes that were given out",
        "Send what wx.login gave as `code`, whole; not the code of another state or of DevTools.",
    ),
    Mistake(
        "body_form_encoded",
        "The body is a form, not JSON.",
        "the body's form",
        "Send JSON: in Python requests.post(url, json=...), not data=.",
    ),
    Mistake(
        "json_string_unescaped",
        "json_string was put into the body by hand: its quotes are not escaped.",
        "the place of json_string in the body",
        "Let a JSON library make the body, with the text as a string.",
    ),
    Mistake(
        "body_not_json",
        "The body is no JSON object.",
        "the body read as JSON",
        "Let a JSON library make the body, in UTF-8.",
    ),
    Mistake(
        "body_not_form",
        "The body is JSON, which this API does not read.",
        "the body of a POST in the place of a GET",
        "Send a GET with the parameters in the URL: in Python requests.get(url, params=...). A POST takes a form too.",
    ),
    Mistake(
        "body_empty",
        "The POST has no body.",
        "the body's length",
        "Send the parameters as JSON in the body, and only the access_token in the URL.",
    ),
    Mistake(
        "method_wrong",
        "The API takes the other method.",
        "the method",
        "See the API's page, or /openapi.json.",
    ),
    Mistake(
        "path_unknown",
        "There is no API at this path.",
        "the paths of all APIs",
        "See docs/coverage.md for what is emulated.",
    ),
    Mistake(
        "answer_missing",
        "The emulator knows this API by its name only, and was given no answer for it.",
        "the answers that were programmed",
        "Program one: `wxemu fault add --api NAME --reply JSON`, see docs/testing.md.",
    ),
    Mistake(
        "parameter_wrong",
        "A parameter is missing, or of another type.",
        "the parameters",
        "See the API's page, or /openapi.json, for names and types.",
    ),
    Mistake(
        "user_blocked",
        "WeChat has blocked this user's login.",
        "the user's is_high_risk",
        "Nothing can be done at the server's side.",
    ),
    Mistake(
        "function_failed",
        "The function gave no result, and made no call that failed.",
        "the calls that it made",
        "See its log: wxemu logs, with --request-id and the request id of the answer if there is one.",
    ),
    Mistake(
        "server_side",
        "It is not what you sent: a fault that was arranged has answered.",
        "the faults that the call met",
        "See `wxemu fault list`. A client should try again later, and not take it for a forgery.",
    ),
)
