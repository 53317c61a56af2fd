"""Functions on the console: invoked as anybody, watched, told what to declare."""

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from wxemu.console import live, saved_events
from wxemu.console.samples import SAMPLES
from wxemu.core import journal
from wxemu.core.journal import Exchange
from wxemu.phone import phones
from wxemu.scf import invocation_records
from wxemu.scf.invocation_records import Record

APPID = "wx1234567890abcdef"
PROJECT = Path(__file__).parents[3]
ENV = "env-demo"
CLOUD_CALL: dict[str, Any] = {
    "at": 1.0,
    "face": "cloudbase",
    "appid": APPID,
    "method": "POST",
    "url": "/admin",
    "cost_in_ms": 1,
    "request_body": "",
    "response_body": "",
    "client_ip": "",
}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
ASK = """
def main(event, context):
    print("asked", event)
    if event.get("fail"):
        raise ValueError("no good")
    return {"got": event, "openid": (event.get("userInfo") or {}).get("openId")}
"""


@pytest.fixture
def project(project_of):
    return project_of(ASK)


@pytest.fixture
def ended(world):
    """Keep an invocation that has ended, as if one had run."""

    def keep(number, function="ask", **members):
        told = {"at": world.clock.now() + number, "duration_ms": 12.0, "memory_bytes": 20 << 20, "is_ok": True}
        told |= {"log": f"said {number}", "result": f'{{"number":{number}}}', **members}
        with world.transaction():
            invocation_records.save(world, Record(request_id=f"call-{number}", env=ENV, function=function, **told))

    return keep


def result_on(page):
    return json.loads(html.unescape(re.search(r'aria-label="Result"><code>(.*?)</code>', page, re.DOTALL)[1]))


class TestTheList:
    def test_shows_each_function_with_what_it_may_use(self, read):
        shown = read("/functions")
        assert "ask Python3.11" in shown
        assert "256 MB · 5 s" in shown
        assert "never invoked" in shown

    def test_shows_how_the_last_invocation_went(self, read, ended):
        ended(1)
        ended(2, is_ok=False)
        assert "failed" in read("/functions")

    def test_shows_the_code_that_a_function_answered_with(self, read, ended):
        ended(1, result='{"errCode":-604101,"errMsg":"..."}')
        assert "-604101" in read("/functions")
        ended(2, result='{"errCode":0,"isOk":false}')
        assert "is_ok false" in read("/functions")

    def test_finds_by_name(self, read):
        assert "ask" in read("/functions?q=AS")
        assert "Nothing found" in read("/functions?q=nobody")

    def test_teaches_how_to_have_a_project(self, world, serve):
        assert "wxemu start --project ." in serve(world).get("/functions").text

    def test_teaches_how_to_declare_a_function(self, world, serve, tmp_path):
        (tmp_path / "cloudbaserc.yaml").write_text("envId: env-demo\n")
        assert "handler: index.main" in serve(world, tmp_path).get("/functions").text

    def test_says_what_is_wrong_with_a_project(self, world, serve, tmp_path):
        (tmp_path / "cloudbaserc.yaml").write_text("functions: 7\n")
        assert "cloudbaserc.yaml" in serve(world, tmp_path).get("/functions").text

    def test_of_a_project_that_broke_meanwhile_refuses_an_invocation(self, http, tmp_path):
        (tmp_path / "cloudbaserc.yaml").write_text("functions: 7\n")
        answer = http.post("/functions/ask/invoke", data={"event": "{}", "sender": "server"})
        assert answer.status_code == 500
        assert "cloudbaserc.yaml" in html.unescape(answer.text)
        assert "Traceback" not in answer.text


@pytest.mark.slow
class TestAnInvocation:
    def test_is_made_as_the_user_who_is_named(self, send):
        status, page = send("/functions/ask/invoke", event='{"a": 1}', sender="user", openid="oAlice")
        assert status == 303
        assert "The function has run." in page
        assert result_on(page)["openid"] == "oAlice"
        assert "asked {&#39;a&#39;: 1" in page

    def test_is_made_as_a_visitor_a_timer_or_a_server(self, send):
        assert result_on(send("/functions/ask/invoke", event='{"a": 1}', sender="visitor")[1])["got"] == {"a": 1}
        assert result_on(send("/functions/ask/invoke", sender="timer")[1])["got"]["Type"] == "Timer"
        assert result_on(send("/functions/ask/invoke", event="", sender="server")[1])["got"] == {}

    def test_that_fails_shows_why(self, send):
        _, page = send("/functions/ask/invoke", event='{"fail": true}', sender="server")
        assert "no good" in page
        assert "failed" in page

    def test_leaves_its_event_in_the_editor(self, send, http):
        send("/functions/ask/invoke", event='{"kept": 1}', sender="user", openid="oBob")
        page = http.get("/functions/ask").text
        assert "{&#34;kept&#34;: 1}</textarea>" in page
        assert 'value="user" selected' in page
        assert 'value="oBob"' in page


class TestTheEditor:
    def test_begins_with_a_user_if_there_is_one(self, http):
        assert 'name="openid" value="oAlice"' in http.get("/functions/ask").text

    def test_begins_with_the_timer_of_a_function_that_has_one(self, world, serve, project_of):
        keys = 'triggers: [{name: nightly, type: timer, config: "0 0 2 * * * *"}]'
        page = serve(world, project_of(ASK, keys=keys)).get("/functions/ask").text
        assert '<option value="timer" selected>' in page

    def test_keeps_events_under_names_and_forgets_them(self, send, http, world):
        status, page = send("/functions/ask/save", name="a <b>", event='{"x": 1}', sender="server")
        assert status == 303
        assert "The event is saved." in page
        assert 'href="/functions/ask?event=a%20%3Cb%3E"' in page
        assert "{&#34;x&#34;: 1}</textarea>" in http.get("/functions/ask?event=a <b>").text
        assert "{&#34;x&#34;: 1}</textarea>" not in http.get("/functions/ask").text
        send("/functions/ask/forget", name="a <b>", sender="server")
        assert saved_events.of_function(world, ENV, "ask") == {}

    def test_keeps_what_was_refused_to_be_mended(self, http):
        answer = http.post("/functions/ask/invoke", data={"event": '{"half":', "sender": "server"})
        assert answer.status_code == 400
        assert "{&#34;half&#34;:</textarea>" in answer.text


class TestOneFunction:
    def test_that_is_not_deployed_is_a_page_that_says_so(self, http):
        answer = http.get("/functions/nobody")
        assert answer.status_code == 404
        assert "cloudbaserc.yaml" in html.unescape(answer.text)

    def test_of_no_app_is_a_page_that_says_so(self, open_world, serve, tmp_path):
        assert serve(open_world()).get("/functions/ask").status_code == 404

    def test_shows_one_invocation_by_its_request_id_else_the_last(self, http, ended):
        for number in range(3):
            ended(number)
        assert result_on(http.get("/functions/ask").text) == {"number": 2}
        assert result_on(http.get("/functions/ask?invocation=call-1").text) == {"number": 1}

    def test_shows_a_result_that_is_no_json_as_it_is(self, http, ended):
        ended(1, result='{"cut": "he')
        assert "{&#34;cut&#34;: &#34;he" in http.get("/functions/ask").text

    def test_finds_invocations_by_what_they_said(self, http, ended):
        for number in range(3):
            ended(number)
        page = http.get("/functions/ask?q=said 1").text
        assert re.findall(r'class="whole" id="[^"]+" href="[^"]+invocation=([^"]+)"', page) == ["call-1"]

    def test_plots_durations_and_memory_in_their_order_the_failed_apart(self, http, ended):
        for number, duration in enumerate((10, 40, 20)):
            ended(number, duration_ms=duration, is_ok=number != 1)
        page = http.get("/functions/ask").text
        durations = re.search(r'<svg class="chart"[^>]*aria-label="Durations[^>]*>(.*?)</svg>', page, re.DOTALL)[1]
        bars = re.findall(r'<rect( class="bad")? x="[^"]+" y="([^"]+)"', durations)
        assert [bool(bad) for bad, _ in bars] == [False, True, False]
        assert [float(y) for _, y in bars] == [42.0, 0.0, 28.0]
        assert "10.0 to 40.0 ms" in page
        assert "20.0 to 20.0 MB" in page

    def test_links_what_its_invocation_asked_for(self, http, world, ended):
        ended(1)
        with world.transaction():
            for rid, request_id in (("inner", "call-1"), ("other", "call-2")):
                journal.record(world, Exchange(rid=rid, name="wx.openApi", request_id=request_id, **CLOUD_CALL))
        page = http.get("/functions/ask").text
        assert 'href="/requests/inner"' in page
        assert 'href="/requests/other"' not in page

    def test_says_what_to_declare_when_a_cloud_call_was_refused(self, http, world, ended, tmp_path):
        ended(1)
        ended(2, function="somebody")
        with world.transaction():
            for api, request_id in (("soter.verifySignature", "call-1"), ("security.msgSecCheck", "call-2")):
                refused = {"errcode": "-604101", "request_id": request_id, **CLOUD_CALL}
                journal.record(world, Exchange(rid=api, api=api, name="wx.api", **refused))
        page = html.unescape(http.get("/functions/ask").text)
        assert str(tmp_path / "config.json") in page
        assert '"openapi": [\n      "soter.verifySignature"\n    ]' in page
        assert "msgSecCheck" not in page

    def test_declares_nothing_anew_that_is_declared_by_now(self, world, serve, project_of, tmp_path, ended):
        http = serve(world, project_of(ASK))
        (tmp_path / "functions/ask/config.json").write_text('{"permissions": {"openapi": ["soter.verifySignature"]}}')
        page = http.get("/functions/ask").text
        assert "declared" in page
        assert "Declare it" not in page

    def test_shows_every_openapi_that_it_declares(self, world, serve, project_of, tmp_path):
        http = serve(world, project_of(ASK))
        (tmp_path / "functions/ask/config.json").write_text('{"permissions": {"openapi": ["liveBroadcast.addRole"]}}')
        assert "<code>liveBroadcast.addRole</code> declared" in http.get("/functions/ask").text

    @pytest.mark.slow
    def test_shows_its_instances(self, send):
        _, page = send("/functions/ask/invoke", event="{}", sender="server")
        (row,) = re.findall(r"<tr>\s*<td class=\"number mono\">(\d+)</td>\s*<td><span[^>]*>(\w+)</span>", page)
        assert row[1] == "idle"

    def test_shows_what_functions_say_and_return_as_text(self, http, ended):
        ended(1, log=f"START RequestId: x\n{HOSTILE}\nERROR RequestId: {HOSTILE}", result=json.dumps(HOSTILE))
        for path in ("/functions", "/functions/ask", f"/functions/ask?q={HOSTILE}", f"/functions/ask?event={HOSTILE}"):
            page = http.get(path).text
            assert "<script>alert" not in page
            assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in http.get("/functions/ask").text


class TestTheLiveLog:
    def test_comes_line_by_line_on_the_stream_of_the_page(self, world, serve, project_of, monkeypatch):
        heard = []

        def listen(_deployment, app, name):
            heard.append((app.env, name))
            return Said()

        monkeypatch.setattr(live, "listen", listen)
        answer = serve(world, project_of(ASK)).get("/live?on=clock&log=ask")
        blocks = (block.decode() for block in answer.response if not block.startswith(b":"))
        assert next(blocks).startswith("event: following")
        assert (
            next(blocks)
            == f'event: log\ndata: [["START RequestId: 1", "frame"], {json.dumps([HOSTILE, "output"])}]\n\n'
        )
        assert heard == [(ENV, "ask")]
        answer.close()

    def test_tells_the_platform_s_lines_from_the_function_s(self):
        kinds = [
            live.classify_line(line)[1]
            for line in (
                "START RequestId: 1",
                "Init Report RequestId: 1 Coldstart: 3ms",
                "hello",
                "ERROR RequestId: 1 Result: {}",
                "Response RequestId:1 RetMsg:{}",
                "END RequestId: 1",
                "Report RequestId: 1 Duration:1ms",
                "",
            )
        ]
        assert kinds == ["frame", "frame", "output", "failure", "frame", "frame", "frame", "output"]

    def test_has_the_latest_logs_at_first(self, http, ended):
        for number in range(5):
            ended(number)
        page = http.get("/functions/ask").text
        assert re.findall(r'<p class="output">(said \d)</p>', page) == ["said 2", "said 3", "said 4"]


class Said:
    """A listener to whom two lines have come."""

    def __init__(self):
        self.lines = ["START RequestId: 1", HOSTILE]

    def wait(self, _seconds):
        pass

    def take(self):
        taken, self.lines = self.lines, []
        return [type("Line", (), {"text": text}) for text in taken]


class TestASample:
    """Of each function of this project, which its own page offers."""

    @pytest.fixture
    def project(self):
        return PROJECT

    @pytest.mark.parametrize("name", list(SAMPLES))
    def test_is_made_fresh_each_time_of_a_user_who_has_a_phone(self, send, world, name):
        made = []
        for _ in range(2):
            status, page = send(f"/functions/{name}/sample", event="", sender="server", openid="")
            assert status == 303
            made.append(json.loads(html.unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1])))

        (phone,) = phones.all_phones(world)
        assert f'name="openid" value="{phone.openid}"' in page
        assert (made[0] == made[1]) is (name in {"checkSession", "issueChallenge"})

    def test_is_asked_for_by_the_page_until_something_was_sent(self, send, http):
        assert "data-sample" in http.get("/functions/login").text
        send("/functions/login/invoke", event="{}", sender="server", openid="")
        assert "data-sample" not in http.get("/functions/login").text

    def test_of_another_function_is_none(self, http, serve, world, project_of):
        own = serve(world, project_of(ASK))
        assert "/sample" not in own.get("/functions/ask").text
        assert own.post("/functions/ask/sample", data={"event": "{}"}).status_code == 404
