"""What goes wrong with the signatures of virtual payment."""

from __future__ import annotations

from typing import Final

from wxemu.explain.mistakes import Mistake

_PAY_SIG: Final = (
    "pay_sig = hmac_sha256(AppKey as the key; as the message the path without its query, &, and the very bytes of the"
    " body), in lower-case hex."
)

PAYMENTS: Final = (
    Mistake("pay_sig_missing", "There is no pay_sig in the URL.", "the query", _PAY_SIG),
    Mistake(
        "pay_sig_message",
        "pay_sig was made of something else than the path, & and the body.",
        "the body alone, the whole address, the path without /, and all without &",
        _PAY_SIG,
    ),
    Mistake(
        "pay_sig_key",
        "pay_sig was made with another key than the AppKey.",
        "the user's session_key, the AppSecret, the AppKeys of other apps",
        f"The AppKey is that of virtual payment; live and sandbox have one each. {_PAY_SIG}",
    ),
    Mistake(
        "pay_sig_unknown",
        "The app's AppKey did not make that pay_sig in any of the usual ways.",
        "the AppKey in all those ways together",
        f"Is app_key in the seed the AppKey that your server has? {_PAY_SIG}",
    ),
    Mistake(
        "signed_with_app_key",
        "The signature was made with the AppKey, which is pay_sig's.",
        "the AppKey as the key",
        "signature takes the user's session_key, pay_sig the AppKey.",
    ),
    Mistake(
        "signed_with_path",
        "The signature was made of the path and the body, as pay_sig is.",
        "the path, & and the body as the message",
        "signature takes the body alone, pay_sig the path, & and the body.",
    ),
    Mistake(
        "midas_recipe",
        "The signature was made by the rule of midas, of the sorted members.",
        "the members of the body as midas signs them",
        "Only midas has that rule; here sign the very bytes of the body.",
    ),
    Mistake(
        "midas_signature",
        "The signature of midas is not that of the body's members.",
        "the members of the body",
        "sig: sort the members but access_token, sig and mp_sig as name=value, join them with &, add"
        " &org_loc=PATH&method=POST&secret=APPKEY, and take hmac_sha256 with the AppKey as the key. mp_sig: the same"
        " with access_token and sig among the members, session_key= for secret=, and the session_key as the key.",
    ),
)
