"""The console's pages as a browser gets them, before any script has run."""

import html
import json
import re

import pytest

from wxemu.console import routes
from wxemu.console.page import SECTIONS
from wxemu.core import journal
from wxemu.core.journal import Exchange
from wxemu.wechat import sessions

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
APPID = "wx1234567890abcdef"
OTHER_APPID = "wxfedcba0987654321"
PAGES = [path for path in routes.PAGES if "<" not in path]


@pytest.fixture
def keep(world):
    """Put an exchange into the journal."""

    def keep_one(number=0, **members):
        told = {
            "rid": f"{number:08x}-00000000-00000000",
            "at": world.clock.now(),
            "face": "wechat",
            "name": "soter.verifySignature",
            "appid": APPID,
            "method": "POST",
            "url": "/cgi-bin/soter/verify_signature",
            "request_body": "{}",
            "response_body": '{"errcode":0,"errmsg":"ok"}',
            "cost_in_ms": 1.5,
            "client_ip": "127.0.0.1",
            **members,
        }
        with world.transaction():
            journal.record(world, Exchange(**told))
        return told["rid"]

    return keep_one


def text_of(answer):
    """What a reader sees, whitespace collapsed."""
    body = re.sub(r"<(script|style).*?</\1>", "", answer.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


@pytest.mark.parametrize("path", ["/", *PAGES])
def test_every_page_is_shown_in_both_languages(http, path):
    for language, word in (("en", "Overview"), ("zh", "概览")):
        answer = http.get(path, headers={"Accept-Language": language})
        assert answer.status_code == 200
        assert answer.content_type == "text/html; charset=utf-8"
        assert word in answer.text


@pytest.mark.parametrize("path", ["/", *PAGES])
def test_a_page_may_load_and_run_nothing_but_this_server_s_own(http, path):
    answer = http.get(path)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", answer.text)
    assert not re.search(r'(?:src|href|action)="(?!/(?!/)|#|\?)', answer.text)
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_section_of_the_navigation_has_keys_of_its_own():
    for keys in zip(*(section.keys.split() for section in SECTIONS), strict=True):
        assert len(set(keys)) == len(SECTIONS)


def test_the_front_page_is_the_overview(http):
    assert text_of(http.get("/")) == text_of(http.get("/overview"))
    assert http.head("/").status_code == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/?Action=ListFunctions", {}),
        ("/?uploads", {}),
        ("/", {"X-TC-Action": "ListFunctions"}),
        ("/", {"Host": "api.weixin.qq.com"}),
        ("/", {"Host": "scf.tencentcloudapi.com:443"}),
    ],
)
def test_who_asks_tencent_at_the_front_door_does_not_get_the_console(http, path, headers):
    assert "<html" not in http.get(path, headers=headers).text


def test_the_query_beats_the_cookie_and_that_the_browser_s_languages(http):
    def language(path="/clock", **headers):
        return re.search(r'<html lang="([^"]+)"', http.get(path, headers=headers).text)[1]

    assert language(**{"Accept-Language": "fr, zh-TW;q=0.9, en;q=0.5"}) == "zh-CN"
    assert language(**{"Accept-Language": "fr"}) == "en"
    assert language("/clock?lang=zh") == "zh-CN"
    assert language(**{"Accept-Language": "en"}) == "zh-CN"  # the client has the cookie now
    assert language("/clock?lang=tlh") == "zh-CN"


def test_the_colours_that_were_chosen_are_remembered(http):
    assert 'data-theme="auto"' in http.get("/clock").text
    assert 'data-theme="dark"' in http.get("/clock?theme=dark").text
    assert 'data-theme="dark"' in http.get("/requests").text
    assert 'data-theme="dark"' in http.get("/requests?theme=purple").text


def test_what_is_remembered_is_out_of_reach_for_scripts_and_other_sites(http):
    for cookie in http.get(f"/clock?lang=zh&theme=dark&app={APPID}").headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_the_app_that_was_chosen_is_what_pages_are_about(http, keep):
    keep(1, request_body='{"openid":"oMine"}')
    keep(2, request_body='{"openid":"oTheirs"}', appid=OTHER_APPID)
    assert {"oMine", "oTheirs"} <= set(text_of(http.get("/requests")).split())
    assert "oTheirs" not in text_of(http.get(f"/requests?app={APPID}"))
    assert "oTheirs" not in text_of(http.get("/requests"))
    assert "oTheirs" in text_of(http.get("/requests?app=*"))
    assert "oTheirs" in text_of(http.get("/requests?app=wxNobody"))


def test_requests_are_found_by_text_face_and_outcome(http, keep):
    keep(1, request_body='{"openid":"oAlice"}')
    keep(2, face="phone", name="wx.login")
    keep(3, errcode="87009", name="auth.checkSessionKey", is_failure=True)
    keep(4, is_failure=True)
    keep(5, face="cloudbase", is_failure=True)
    keep(6, face="phone", is_failure=True)
    keep(7, face="phone", is_failure=True)
    keep(8, status=502, is_failure=True)

    def rids(query):
        return [
            int(rid, 16) for rid in re.findall(r'href="/requests/([0-9a-f]{8})-', http.get(f"/requests?{query}").text)
        ]

    assert rids("") == [8, 7, 6, 5, 4, 3, 2, 1]
    assert rids("q=oalice") == [1]
    assert rids("q=00000003-") == [3]
    assert rids("face=phone") == [7, 6, 2]
    assert rids("outcome=failed") == [8, 7, 6, 5, 4, 3]
    assert rids("face=phone&outcome=failed") == [7, 6]
    assert "Nothing found" in http.get("/requests?q=nobody").text
    assert "Nothing found" in http.get("/requests?face=nobody").text


def test_an_outcome_is_told_in_words(http, keep):
    words = ("87009", "is_ok false", "-501007", "HTTP 502", "is_ok true", "no answer")
    for number, outcome in enumerate(words):
        keep(number, outcome=outcome, is_failure=outcome != "is_ok true")
    shown = text_of(http.get("/requests"))
    for outcome in words:
        assert f" {outcome} " in shown


def test_requests_come_page_by_page(http, keep):
    for number in range(120):
        keep(number)
    seen, address = [], "/requests?q=soter"
    while address:
        page = http.get(address).text
        seen += re.findall(r'href="/requests/([0-9a-f]{8})-', page)
        older = re.search(r'href="([^"]+)" rel="next"', page)
        address = html.unescape(older[1]) if older else ""
    assert [int(rid, 16) for rid in seen] == [*range(119, -1, -1)]
    assert 'data-live="requests"' in http.get("/requests").text
    assert 'data-live="requests"' not in http.get("/requests?before=60").text  # what is old does not change


@pytest.mark.parametrize("before", ["x", "-1", "1e3", "٣", "9" * 40])
def test_a_place_in_the_list_that_is_none_is_its_beginning(http, keep, before):
    keep(7)
    assert "00000007-" in http.get("/requests", query_string={"before": before}).text


def test_an_empty_list_teaches_how_to_fill_it(http):
    assert "curl" in text_of(http.get("/requests"))
    assert "wxemu fault add" in text_of(http.get("/faults"))
    assert "wxemu phone new" in text_of(http.get("/"))


def test_a_request_is_shown_on_every_layer(http, keep):
    inner = json.dumps({"openid": "oAlice", "json_string": json.dumps({"raw": "order-1", "counter": 7})})
    rid = keep(1, request_body=json.dumps({"action": "wx.api", "requestData": inner}), user_agent="wxcloud-python/1")
    shown = text_of(http.get(f"/requests/{rid}"))
    assert '"raw": "order-1"' in shown
    assert "requestData" in shown
    assert "json_string" in shown
    assert "wxcloud-python/1" in shown


def test_a_request_tells_why_it_failed(http, wechat):
    session_key = wechat.log_in("oAlice")
    rid = wechat.with_signature("/wxa/checksession", "oAlice", sessions.signature_of(session_key).upper()).rid
    page = http.get(f"/requests/{rid}")
    assert f"wxemu explain {rid}" in text_of(page)
    assert session_key not in page.text
    assert '<li class="bad">' in page.text


def test_a_request_is_found_by_the_errmsg_that_tells_its_rid(http, keep):
    keep(1)
    assert http.get("/requests/invalid signature rid: 00000001-00000000-00000000").status_code == 200


def test_a_function_s_call_and_what_it_led_to_are_shown_together(http, keep, world):
    world.clock.advance(1)
    cloud_call = keep(2, face="cloudbase", name="wx.api", request_id="call-1")
    https_call = keep(3, name="auth.code2Session")
    keep(4, face="phone", name="wx.login")
    keep(5, face="cloudbase", name="wx.api", request_id="call-2")
    keep(rid="call-1", face="phone", name="wx.cloud.callFunction", request_body='{"name":"login"}')

    def related(rid):
        return re.findall(r'<li><a class="mono" href="/requests/([^"?]+)"', http.get(f"/requests/{rid}").text)

    assert related("call-1") == [cloud_call, https_call]
    assert related(cloud_call) == [https_call, "call-1"]
    assert related("00000004-00000000-00000000") == []
    assert related("00000005-00000000-00000000") == []


def test_a_rid_that_nobody_gave_is_a_page_that_says_so(http):
    answer = http.get("/requests/nothing")
    assert answer.status_code == 404
    assert answer.content_type.startswith("text/html")
    assert "no exchange has the rid" in text_of(answer)


def test_what_callers_send_is_shown_as_text(http, keep, world):
    rid = keep(
        1,
        rid=HOSTILE.replace("/", ""),
        name=HOSTILE,
        url=f"/cgi-bin/x?openid={HOSTILE}",
        request_body=json.dumps({"openid": HOSTILE, "json_string": json.dumps({"raw": HOSTILE})}),
        response_body=HOSTILE,
        errcode=HOSTILE,
        user_agent=HOSTILE,
        remark=HOSTILE,
        client_ip=HOSTILE,
    )
    for path in ("/", "/requests", f"/requests/{rid}", f"/requests?q={HOSTILE}", "/requests/<script>x"):
        page = http.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;" in page


def test_no_page_shows_a_secret(http, wechat, tenant, new_phone):
    secrets = {tenant.secret, wechat.access_token, wechat.log_in("oAlice")}
    phone = new_phone(openid="oAlice")
    wechat.code_to_session(phone.login())
    rids = re.findall(r'href="/requests/([^"]+)"', http.get("/requests").text)
    assert len(rids) > 3
    one = [f"/users/{APPID}/oAlice", f"/phones/{phone.phone_id}"]
    for path in ("/", *PAGES, *one, *(f"/requests/{rid}" for rid in rids)):
        shown = http.get(path).text
        assert not [secret for secret in secrets if secret in shown]


def test_a_broken_project_is_told_and_breaks_no_page(world, serve, tmp_path):
    (tmp_path / "cloudbaserc.yaml").write_text("functions: 7\n")
    http = serve(world, tmp_path)
    assert "cloudbaserc.yaml" in text_of(http.get("/"))
    assert http.get("/faults").status_code == 200


def test_the_first_page_tells_what_runs_where(world, serve, project_of):
    project = project_of("def main(event, context): return 1")
    page = text_of(serve(world, project).get("/"))
    assert str(project) in page
    assert "ask" in page.split()
    assert APPID in page
    assert "http://localhost" in page


def test_a_world_without_apps_has_a_console_too(open_world, serve):
    http = serve(open_world())
    for path in ("/", *PAGES):
        assert http.get(path).status_code == 200


def test_every_page_of_the_console_is_the_console_s_own_when_it_fails(http):
    answer = http.post("/requests")
    assert answer.status_code == 405
    assert answer.content_type.startswith("text/html")


def test_a_fault_of_ours_shows_no_traceback(http, monkeypatch, caplog):
    def broken(*_, **__):
        raise RuntimeError("the reason")

    monkeypatch.setattr("wxemu.console.requests.journal.list_latest", broken)
    answer = http.get("/requests")
    assert answer.status_code == 500
    assert "the reason" not in answer.text
    assert "its log has the trace" in text_of(answer)
    assert "the reason" in caplog.text


def test_the_control_plane_still_answers_with_json(http):
    assert http.get("/emulator/v1/nothing").content_type.startswith("application/json")
