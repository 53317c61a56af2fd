"""What goes wrong with signatures: those of a phone, and those that prove a login."""

from __future__ import annotations

from typing import Final

from wxemu.explain.mistakes import Mistake

_VERBATIM: Final = (
    "Pass resultJSON on as the very string that wx.startSoterAuthentication gave; never parse it on the way."
)
_AS_IT_IS: Final = "Pass resultJSONSignature on as it is: base64 on one line, + and / and = included."
_AS_JSON: Final = "Send it inside a JSON body, made by a JSON library, not in a query or a form."
_SIGN: Final = (
    "signature = hmac_sha256(session_key as the key; as the message the very bytes of the body, or an empty string"
    " for a GET), in lower-case hex."
)
_SAME_BYTES: Final = (
    "Make the JSON text once, sign its bytes in UTF-8, and post these very bytes: in Python"
    " requests.post(url, data=text.encode()), not json=."
)

CONFIRMATIONS: Final = (
    Mistake(
        "json_string_reserialised",
        "json_string is not the text that the phone signed: it was parsed and written again.",
        "the texts that phones signed last, written again in the usual ways",
        _VERBATIM,
    ),
    Mistake(
        "json_string_tampered",
        "json_string says something else than the phone signed.",
        "the members of json_string compared with those that were signed",
        "Somebody changed the text after it was signed: refuse the confirmation.",
    ),
    Mistake(
        "json_string_object",
        "json_string was sent as an object, not as a string.",
        "the type of json_string",
        f"{_VERBATIM} WeChat itself is known to answer this with 48001.",
    ),
    Mistake(
        "signature_in_hex",
        "The signature came in hex instead of base64.",
        "the signature read as hex",
        _AS_IT_IS,
    ),
    Mistake(
        "signature_in_base64url",
        "The signature came in url-safe base64: - and _ for + and /.",
        "- and _ read as + and /",
        _AS_IT_IS,
    ),
    Mistake(
        "signature_plus_became_blank",
        "Each + of the signature has become a space, as in a form or a query that was not escaped.",
        "spaces read as +",
        f"{_AS_IT_IS} {_AS_JSON}",
    ),
    Mistake(
        "signature_percent_encoded",
        "The signature came percent-encoded.",
        "%2B and its like decoded",
        f"{_AS_IT_IS} {_AS_JSON}",
    ),
    Mistake(
        "signature_wrapped",
        "The signature came with line ends or spaces in it, or without its padding.",
        "white space taken out, padding put in",
        f"{_AS_IT_IS} Android's Base64 needs NO_WRAP for that.",
    ),
    Mistake(
        "signature_encoded_twice",
        "The signature was encoded twice: it is the base64 of a base64 or hex text.",
        "what it decodes to, decoded again",
        _AS_IT_IS,
    ),
    Mistake(
        "salt_length",
        "The salt is not as long as the text states, or without rsa_pss_saltlen not 20 bytes long.",
        "every other salt length",
        "Verify with rsa_pss_saltlen where the text has one (newer Huawei phones: 32) and with 20 where it has none; a"
        " server that fixed 20 fails on these phones, and so does one that lost the member.",
    ),
    Mistake(
        "key_of_another_user",
        "The confirmation is genuine, but another user's.",
        "the AuthKeys of the app's other users",
        "Send the openid of the user whose phone confirmed: that of the caller, not one that the client names.",
    ),
    Mistake(
        "key_of_another_app",
        "The confirmation was made in another mini program.",
        "the AuthKeys in other apps",
        "Call with the access_token, or in the environment, of the mini program in which the user confirmed.",
    ),
    Mistake(
        "key_unknown",
        "A key of the user's phone signed that is not its AuthKey.",
        "the other keys of the user's phones",
        "WeChat does not know this key for the user: refuse the confirmation.",
    ),
    Mistake(
        "no_auth_key",
        "The user has no phone here that can confirm: WeChat has no AuthKey of theirs.",
        "the user's AuthKeys",
        "Give the user a phone with `wxemu phone new --openid OPENID`, and let that one confirm.",
    ),
    Mistake(
        "device_unknown",
        "The text names a device (cpu_id) that is none of the user's phones.",
        "the cpu_id of the text",
        "The confirmation comes from another emulator, another state or a real phone: confirm again here.",
    ),
    Mistake(
        "signature_of_nobody",
        "No key of this world made that signature, of this text or of any that its phones signed.",
        "all keys and all texts of this world",
        "If nobody forged it, it comes from another state of the emulator: let the user confirm again.",
    ),
    Mistake(
        "confirmation_replayed",
        "WeChat says yes, but this very confirmation was verified before. That is yours to see.",
        "earlier calls with the same text",
        "Keep which challenges were given out and used: a raw that was used before must not confirm again.",
    ),
    Mistake(
        "counter_stale",
        "WeChat says yes, but the counter is not above one that this phone has shown before. That is yours to see.",
        "the counters that this cpu_id has shown",
        "Keep the highest counter of each cpu_id, and refuse what is not above it.",
    ),
)
REFUSALS: Final = (
    Mistake(
        "challenge_unknown",
        "The challenge that was signed was not issued, or the text is none that a phone signs.",
        "the reason that verifySignature gave",
        f"Pass the challenge of issueChallenge on as it is. {_VERBATIM}",
    ),
    Mistake(
        "challenge_expired",
        "The challenge is too old: it lives five minutes, two for the purpose pay.",
        "the reason that verifySignature gave",
        "Call issueChallenge when the user is about to confirm, and again for a user who was too slow.",
    ),
    Mistake(
        "challenge_used",
        "The challenge was used before, by a confirmation or by a try that failed.",
        "the reason that verifySignature gave",
        "A confirmation counts once: refuse this one. After a failure let the user confirm a new challenge.",
    ),
    Mistake(
        "challenge_mismatch",
        "The challenge was issued to another user, or for another purpose.",
        "the reason that verifySignature gave",
        "Call issueChallenge as the user who is to confirm, and name the same purpose in both calls.",
    ),
    Mistake(
        "counter_replayed",
        "The signature is genuine, but the phone's counter is not above the last one that was accepted.",
        "the reason that verifySignature gave",
        "Refuse it: it was recorded earlier, or its phone is a copy.",
    ),
    Mistake(
        "signature_invalid",
        "WeChat does not find the signature genuine.",
        "the reason that verifySignature gave",
        "The challenge is used all the same. Mend what is wrong with the signature; let the user confirm a new one.",
    ),
)
"""The reasons of verifySignature with a purpose (docs/production.md), by the names that it answers."""
LOGIN_STATES: Final = (
    Mistake(
        "session_key_decoded",
        "The session_key was base64-decoded before it was used as the key.",
        "the session_key, base64-decoded, as the key",
        f"The key is the session_key's 24 characters as they are. {_SIGN}",
    ),
    Mistake(
        "session_key_with_quotes",
        "The session_key was used with the quotes that it has in JSON.",
        'the session_key in "quotes" as the key',
        f"Keep it as a JSON library reads it, without quotes. {_SIGN}",
    ),
    Mistake(
        "session_key_percent_encoded",
        "The session_key was percent-encoded before it was used as the key.",
        "the session_key, percent-encoded, as the key",
        f"Keep it as WeChat gives it: 24 characters that end in ==. {_SIGN}",
    ),
    Mistake(
        "hmac_arguments_swapped",
        "The arguments of the HMAC are swapped: the session_key is the message.",
        "the session_key as the message, and an empty key",
        f"PHP: hash_hmac('sha256', $message, $session_key). {_SIGN}",
    ),
    Mistake(
        "session_key_literal",
        "The key is a word like 'session_key', not its value.",
        "words that stand for a session_key",
        "Put the value in: the session_key of auth.code2Session.",
    ),
    Mistake(
        "body_signed",
        "Something was signed instead of the empty string.",
        "{}, the openid, the query and the like as the message",
        f"A GET has no body, so the message is empty. {_SIGN}",
    ),
    Mistake(
        "body_not_signed",
        "The empty string was signed, not the body.",
        "an empty string as the message",
        _SIGN,
    ),
    Mistake(
        "body_encoded_again",
        "The body that was sent is not the text that was signed: the same JSON was encoded twice, in two ways.",
        "the body's JSON with other blanks, another order, other escapes, in other encodings as the message",
        _SAME_BYTES,
    ),
    Mistake(
        "body_unicode_escaped",
        "Characters such as 中 were signed as they are and sent as \\u4e2d, or the other way round.",
        "the body's JSON with and without escapes as the message",
        _SAME_BYTES,
    ),
    Mistake(
        "body_other_members",
        "The JSON that was signed has other members than the body that was sent.",
        "the body without what belongs into the query, its list alone, its list as text",
        f"openid, signature and sig_method stand in the query, kv_list is a list of objects. {_SAME_BYTES}",
    ),
    Mistake(
        "body_quotes_lost",
        "The body has lost the quotes that were signed: a shell has eaten them.",
        "the body with quotes around its words",
        "Put the body of curl -d in single quotes, or into a file: --data-binary @file.",
    ),
    Mistake(
        "body_sent_as_form",
        "The signature is that of the JSON, but the body was sent as a form.",
        "the JSON that the form stands for",
        _SAME_BYTES,
    ),
    Mistake(
        "sha1_of_raw_data",
        "The signature has the form of a SHA1, as sha1(rawData + session_key) of wx.getUserInfo: another signature.",
        "the signature's form",
        _SIGN,
    ),
    Mistake(
        "hash_without_key",
        "The signature is a plain hash of the session_key, no HMAC.",
        "sha256 and md5 of the session_key",
        _SIGN,
    ),
    Mistake(
        "digest_in_base64",
        "The digest came in base64 instead of hex.",
        "the digest in base64",
        _SIGN,
    ),
    Mistake(
        "digest_hex_in_base64",
        "The digest's hex came in base64 once more.",
        "the hex digest in base64",
        _SIGN,
    ),
    Mistake(
        "digest_in_upper_case",
        "The hex digest came in capitals.",
        "the hex digest in capitals",
        _SIGN,
    ),
    Mistake(
        "digest_as_raw_bytes",
        "The digest's 32 bytes came as they are, percent-encoded.",
        "the bytes of the digest",
        _SIGN,
    ),
    Mistake(
        "session_key_replaced",
        "The signature is right for a session_key that a later login or a reset has replaced.",
        "the user's former session_keys",
        "Keep one session_key a user, the latest, where all your servers find it; every wx.login replaces it.",
    ),
    Mistake(
        "session_expired",
        "The signature is right, but the session has ended.",
        "the session's end",
        "Let the mini program call wx.login again, and keep the new session_key.",
    ),
    Mistake(
        "session_never_began",
        "The user has no session here: nobody has traded a code of theirs for a session_key.",
        "the user's sessions",
        "Let the mini program call wx.login, and trade the code with auth.code2Session first.",
    ),
    Mistake(
        "session_key_of_another_user",
        "The signature was made with the session_key of another user.",
        "the session_keys of all other users",
        "Look the session_key up by the openid that you send along.",
    ),
    Mistake(
        "session_key_unknown",
        "No session_key of this world made that signature in any of the usual ways.",
        "all session_keys of the user, in all those ways together",
        f"Is the session_key from this emulator and this state? {_SIGN}",
    ),
    Mistake(
        "sig_method",
        "sig_method is missing, or another one than hmac_sha256.",
        "sig_method",
        "Send sig_method=hmac_sha256: there is no other.",
    ),
)
