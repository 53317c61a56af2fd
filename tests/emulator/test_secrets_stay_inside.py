"""After a whole story, nothing that can be looked at holds a credential."""

import json
import logging


def test_no_credential_is_in_the_journal_a_log_or_what_is_shown(http, wechat, control, *, new_phone, tenant, caplog):
    caplog.set_level(logging.DEBUG)
    phone = new_phone("android", openid="oAlice")
    tokens = {wechat.plain_token()["access_token"], wechat.stable_token()["access_token"]}
    session = wechat.code_to_session(phone.login())
    assert wechat.check_session("oAlice", session["session_key"]).is_success
    renewed = wechat.reset_session("oAlice", session["session_key"])["session_key"]
    done = phone.confirm("order-1")
    refused = wechat.verify("oNobody", done["resultJSON"], done["resultJSONSignature"])
    wechat.explain(refused.rid)
    phone.do("callFunction", name="checkSession", data={"sessionKey": renewed, "access_token": min(tokens)})
    http.post("/cgi-bin/token", data=f"secret={tenant.secret}")
    http.get(f"/cgi-bin/nothing?access_token={min(tokens)}")
    shown = [
        *(control.get(path) for path in ("exchanges?limit=1000", "apps", "settings", "functions")),
        http.get("/phone/v1/phones").json,
        [record.getMessage() for record in caplog.records],
        wechat.explain(refused.rid).members,
    ]
    text = json.dumps(shown) + caplog.text
    assert len(control.exchanges) >= 10
    for credential in (tenant.secret, *tokens, session["session_key"], renewed, "PRIVATE KEY"):
        assert credential not in text
        assert credential.replace("/", r"\/") not in text


def test_a_fault_of_the_emulator_logs_no_credential(wechat, tenant, caplog, monkeypatch):
    monkeypatch.setattr("wxemu.wechat.tokens.issue", lambda world, app: {}[app.secret[:4]])
    assert wechat.plain_token().errcode == -1
    assert "a fault of the emulator" in caplog.text
    assert tenant.secret not in caplog.text
