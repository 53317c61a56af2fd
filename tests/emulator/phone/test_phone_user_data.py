"""What WeChat keeps of a phone's user: encrypted data, a mini game's storage, keys to encrypt with."""

import base64
import hashlib
import json
import subprocess

import pytest
from wechatpy.crypto import WeChatWxaCrypto

from wxemu.client.testing import MiniProgramError
from wxemu.wechat import sessions

APPID = "wx1234567890abcdef"
KEY = "o0q0otL8aEzpcZL/FT9WsQ=="
NOON = 1_700_000_000
BOBS_KEY = "9hAb/NEYUlkaMBEsmFgzig=="
GIFT = {"key": "1", "opNum": 1, "operation": "add", "toUser": "oBob"}
SET, INTERACT = "/wxa/set_user_storage", "/wxa/setuserinteractivedata"


def by_openssl(session_key, answer):
    key, iv = (base64.b64decode(text).hex() for text in (session_key, answer["iv"]))
    encrypted = base64.b64decode(answer["encryptedData"], validate=True)
    command = ["openssl", "enc", "-d", "-aes-128-cbc", "-K", key, "-iv", iv]
    return json.loads(subprocess.run(command, input=encrypted, capture_output=True, check=True).stdout)


def by_wechatpy(session_key, answer):
    return WeChatWxaCrypto(session_key, answer["iv"], APPID).decrypt_message(answer["encryptedData"])


@pytest.fixture(params=[by_openssl, by_wechatpy])
def decrypt(request):
    """An implementation that is not ours."""
    return request.param


@pytest.fixture
def alices(new_phone):
    return new_phone("none", openid="oAlice")


class TestUserInfo:
    def test_its_signature_is_that_of_raw_data_and_session_key(self, alices):
        answer = alices.do("getUserInfo")
        assert answer["errMsg"] == "getUserInfo:ok"
        assert json.loads(answer["rawData"]) == answer["userInfo"]
        assert answer["signature"] == hashlib.sha1(f"{answer['rawData']}{KEY}".encode()).hexdigest()

    def test_raw_data_is_written_as_a_phone_writes_it(self, alices):
        assert alices.do("getUserInfo")["rawData"].startswith(
            '{"nickName":"微信用户","gender":0,"language":"","city":"","province":"","country":"","avatarUrl":"https://'
        )

    def test_the_server_decrypts_who_it_is(self, alices, decrypt):
        answer = alices.do("getUserInfo", userInfo={"nickName": "艾丽斯 😀", "gender": 2})
        assert decrypt(KEY, answer) == {
            "openId": "oAlice",
            "unionId": "uAlice",
            **answer["userInfo"],
            "nickName": "艾丽斯 😀",
            "gender": 2,
            "watermark": {"timestamp": NOON, "appid": APPID},
        }

    def test_a_user_without_a_unionid_has_none_there(self, new_phone, decrypt):
        answer = new_phone("none", openid="oBob").do("getUserInfo")
        assert "unionId" not in decrypt(BOBS_KEY, answer)

    def test_a_profile_does_not_say_whose_it_is(self, alices, decrypt):
        answer = alices.do("getUserProfile")
        assert decrypt(KEY, answer).keys() == {*answer["userInfo"], "watermark"}

    def test_each_time_it_is_encrypted_anew(self, alices):
        first, second = alices.do("getUserInfo"), alices.do("getUserInfo")
        assert first["iv"] != second["iv"]
        assert first["encryptedData"] != second["encryptedData"]
        assert first["signature"] == second["signature"]

    def test_a_session_key_that_a_server_buys_later_decrypts_it(self, wechat, new_phone, decrypt):
        phone = new_phone("none")
        code = phone.login()
        answer, again = phone.do("getUserInfo"), phone.do("getUserInfo")
        session_key = wechat.code_to_session(code)["session_key"]
        assert decrypt(session_key, answer)["openId"] == decrypt(session_key, again)["openId"] == phone.openid

    def test_the_session_key_of_before_the_login_does_not(self, alices, wechat):
        code = alices.login()
        answer = alices.do("getUserInfo")
        assert wechat.code_to_session(code)["session_key"] != KEY
        assert answer["signature"] != hashlib.sha1(f"{answer['rawData']}{KEY}".encode()).hexdigest()

    def test_a_login_that_keeps_the_session_key_keeps_it_here_too(self, alices, wechat, control, decrypt):
        control.set(session_refresh_seconds=60)
        code = alices.login()
        assert decrypt(KEY, alices.do("getUserInfo"))["openId"] == "oAlice"
        assert wechat.code_to_session(code)["session_key"] == KEY

    def test_a_code_that_nobody_bought_in_time_counts_no_more(self, alices, clock, decrypt):
        alices.login()
        clock.advance(300)
        assert decrypt(KEY, alices.do("getUserInfo"))["openId"] == "oAlice"

    def test_of_a_user_who_is_not_logged_in_nothing_is_encrypted(self, new_phone):
        assert new_phone("none").do("getUserInfo").keys() == {"userInfo", "rawData", "errMsg"}

    def test_without_credentials_nothing_is_either(self, alices):
        assert alices.do("getUserInfo", withCredentials=False).keys() == {"userInfo", "rawData", "errMsg"}

    def test_a_session_key_that_is_no_key_of_aes_is_told(self, http, control):
        user = {"openid": "oShort", "session_key": "123456", "phones": [{"id": "short", "profile": "none"}]}
        control.post(f"apps/{APPID}/users", **user)
        refused = http.post("/phone/v1/phones/short/getUserInfo", json={})
        assert refused.status_code == 400
        assert "no base64 of 16 bytes" in refused.json["error"]["message"]


class TestCloudStorage:
    def test_phone_and_server_see_one_storage(self, alices, wechat):
        kv_list = [{"key": "score", "value": "100"}, {"key": "n", "value": "中"}]
        body = json.dumps({"kv_list": kv_list}).encode()
        assert wechat.post_signed(SET, body, "oAlice", KEY).is_success
        read = {"KVDataList": kv_list, "errMsg": "getUserCloudStorage:ok"}
        assert alices.do("getUserCloudStorage", keyList=["score", "none", "n"]) == read
        assert alices.do("setUserCloudStorage", KVDataList=[{"key": "score", "value": "7"}])["errMsg"].endswith(":ok")
        assert wechat.post_signed("/wxa/remove_user_storage", b'{"key":["n"]}', "oAlice", KEY).is_success
        assert alices.do("getUserCloudStorage", keyList=["score", "n"])["KVDataList"] == [
            {"key": "score", "value": "7"}
        ]
        assert alices.do("removeUserCloudStorage", keyList=["score"]) == {"errMsg": "removeUserCloudStorage:ok"}
        assert alices.do("getUserCloudStorage", keyList=["score"])["KVDataList"] == []

    def test_another_user_has_another(self, alices, new_phone):
        alices.do("setUserCloudStorage", KVDataList=[{"key": "score", "value": "7"}])
        assert new_phone("none", openid="oBob").do("getUserCloudStorage", keyList=["score"])["KVDataList"] == []

    def test_a_whole_number_is_kept_as_its_digits(self, alices, wechat):
        body = b'{"kv_list":[{"key":"score","value":-7}]}'
        assert wechat.post_signed(SET, body, "oAlice", KEY).is_success
        assert alices.do("getUserCloudStorage", keyList=["score"])["KVDataList"][0]["value"] == "-7"

    @pytest.mark.parametrize(
        ("kv_list", "reason"),
        [
            ([{"key": "k" * 129, "value": ""}], "some key-value in list meet length exceed"),
            ([{"key": "k", "value": "v" * 1024}], "some key-value in list meet length exceed"),
            ([{"key": str(key), "value": ""} for key in range(129)], "the number of key-value exceeds 128"),
            ({"key": "value"}, "parameter error: KVDataList should be an Array of {key: String, value: String}"),
            (None, "parameter error: KVDataList should be an Array of {key: String, value: String}"),
            ([{"key": "\ud800", "value": ""}], "parameter error: KVDataList should be an Array of {key: String, ..."),
        ],
    )
    def test_what_is_refused_keeps_nothing(self, alices, kv_list, reason):
        good = [{"key": "good", "value": ""}]
        pairs = [*good, *kv_list] if isinstance(kv_list, list) else kv_list
        told = alices.do("setUserCloudStorage", KVDataList=pairs)["errMsg"]
        assert told.startswith(f"setUserCloudStorage:fail {reason.removesuffix('...')}")
        assert alices.do("getUserCloudStorage", keyList=["good"])["KVDataList"] == []

    def test_a_call_without_pairs_is_our_own_error(self, http, alices):
        response = http.post(f"/phone/v1/phones/{alices.phone_id}/setUserCloudStorage", json={})
        told = "KVDataList: expected a JSON value, got nothing"
        assert (response.status_code, response.json["error"]["message"]) == (400, told)

    def test_keys_that_no_text_can_be_are_not_there(self, alices):
        assert alices.do("removeUserCloudStorage", keyList=["\ud800"])["errMsg"].endswith(":ok")
        assert alices.do("getUserCloudStorage", keyList=["\ud800"])["KVDataList"] == []


class TestInteractiveStorage:
    def test_a_server_decrypts_what_a_server_has_set(self, alices, wechat, decrypt):
        body = b'{"kv_list":[{"key":"1","value":0},{"key":"50","value":-3}]}'
        assert wechat.post_signed(INTERACT, body, "oAlice", KEY).is_success
        answer = alices.do("getUserInteractiveStorage", keyList=["50", "2", "1"])
        assert decrypt(KEY, answer)["KVDataList"] == [{"key": "50", "value": -3}, {"key": "1", "value": 0}]

    def test_a_refused_call_has_set_nothing(self, alices, wechat):
        body = b'{"kv_list":[{"key":"1","value":1},{"key":"51","value":1}]}'
        assert wechat.post_signed(INTERACT, body, "oAlice", KEY).errcode == 87082
        answer = alices.do("getUserInteractiveStorage", keyList=["1"])
        assert by_openssl(KEY, answer)["KVDataList"] == []

    def test_it_is_not_the_cloud_storage(self, alices):
        alices.do("setUserCloudStorage", KVDataList=[{"key": "1", "value": "7"}])
        answer = alices.do("getUserInteractiveStorage", keyList=["1"])
        assert by_openssl(KEY, answer)["KVDataList"] == []

    def test_an_illegal_key_fails(self, alices):
        failed = alices.do("getUserInteractiveStorage", keyList=["1", "51"])
        told = "getUserInteractiveStorage:fail 系统错误,错误码:-17008,invalid key"
        assert failed == {"errMsg": told, "errCode": -17008}

    def test_of_a_user_who_is_not_logged_in_there_is_none(self, new_phone):
        failed = new_phone("none").do("getUserInteractiveStorage", keyList=["1"])
        assert failed == {"errMsg": "getUserInteractiveStorage:fail not logged in"}


class TestFriends:
    """Every user of the app is a friend of every other."""

    @pytest.fixture
    def bobs(self, new_phone):
        return new_phone("none", openid="oBob")

    def test_the_pairs_of_all_who_play_are_listed(self, alices, bobs):
        assert alices.do("getFriendCloudStorage", keyList=["score"]) == {
            "data": [],
            "errMsg": "getFriendCloudStorage:ok",
        }
        alices.set_user_cloud_storage({"score": "7", "gold": "1"})
        bobs.set_user_cloud_storage({"gold": "2"})
        alice, bob = bobs.do("getFriendCloudStorage", keyList=["score"])["data"]
        assert (alice["openid"], alice["KVDataList"]) == ("oAlice", [{"key": "score", "value": "7"}])
        assert (bob["openid"], bob["nickname"], bob["KVDataList"]) == ("oBob", "微信用户", [])
        assert bob["avatarUrl"].startswith("https://")

    def test_the_users_of_another_app_are_strangers(self, alices, http, other_tenant):
        made = {"appid": other_tenant.appid, "profile": "none", "openid": "oDave"}
        stranger = http.post("/phone/v1/phones", json=made).json["phoneId"]
        alices.set_user_cloud_storage({"score": "7"})
        listed = http.post(f"/phone/v1/phones/{stranger}/getFriendCloudStorage", json={"keyList": ["score"]})
        assert listed.json["data"] == []

    def test_a_group_is_all_of_them(self, alices, bobs):
        alices.set_user_cloud_storage({"score": "7"})
        listed = bobs.do("getGroupCloudStorage", shareTicket="any", keyList=["score"])
        assert (listed["data"][0]["openid"], listed["errMsg"]) == ("oAlice", "getGroupCloudStorage:ok")
        refused = bobs.do("getGroupCloudStorage", shareTicket="", keyList=["score"])
        assert refused == {"errMsg": "getGroupCloudStorage:fail invalid shareTicket"}

    def test_a_gift_adds_one_to_what_a_server_has_set(self, alices, bobs, wechat, decrypt):
        assert wechat.post_signed(INTERACT, b'{"kv_list":[{"key":"1","value":5}]}', "oBob", BOBS_KEY).is_success
        for _ in range(2):
            assert alices.do("modifyFriendInteractiveStorage", **GIFT) == {
                "errMsg": "modifyFriendInteractiveStorage:ok"
            }
        alices.modify_friend_interactive_storage("50", "oBob")
        told = decrypt(BOBS_KEY, bobs.do("getUserInteractiveStorage", keyList=["1", "50"]))
        assert told["KVDataList"] == [{"key": "1", "value": 7}, {"key": "50", "value": 1}]

    def test_the_largest_number_stays(self, alices, bobs, wechat):
        largest = {"key": "1", "value": 2**31 - 1}
        body = json.dumps({"kv_list": [largest]}).encode()
        assert wechat.post_signed(INTERACT, body, "oBob", BOBS_KEY).is_success
        alices.modify_friend_interactive_storage("1", "oBob")
        assert by_openssl(BOBS_KEY, bobs.do("getUserInteractiveStorage", keyList=["1"]))["KVDataList"] == [largest]

    @pytest.mark.parametrize(
        ("change", "errcode"),
        [
            ({"toUser": "oAlice"}, -17006),
            ({"toUser": "oDave"}, -17007),
            ({"toUser": None}, -17007),
            ({"toUser": "\ud800"}, -17007),
            ({"key": "51"}, -17008),
            ({"operation": "set"}, -17009),
            ({"opNum": 2}, -17010),
        ],
    )
    def test_a_gift_that_cannot_be_has_its_code(self, alices, bobs, change, errcode):
        failed = alices.do("modifyFriendInteractiveStorage", **{**GIFT, **change})
        assert failed["errCode"] == errcode
        assert failed["errMsg"].startswith(f"modifyFriendInteractiveStorage:fail 系统错误,错误码:{errcode},")
        assert by_openssl(BOBS_KEY, bobs.do("getUserInteractiveStorage", keyList=["1"]))["KVDataList"] == []


class TestUserKeys:
    @pytest.fixture
    def keys(self, wechat):
        """What the server is told of Alice's keys."""
        return lambda: wechat.with_signature("/wxa/business/getuserencryptkey", "oAlice", sessions.signature_of(KEY))[
            "key_info_list"
        ]

    def test_before_the_phone_has_asked_there_is_none(self, keys):
        assert keys() == []

    def test_the_server_finds_the_phones_key_by_its_version(self, alices, keys):
        key = alices.do("getLatestUserKey")
        assert key == {**key, "version": 1, "expireTime": NOON + 3600, "errMsg": "getLatestUserKey:ok"}
        assert len(base64.b64decode(key["encryptKey"], validate=True)) == len(key["iv"]) == 16
        assert keys() == [
            {
                "encrypt_key": key["encryptKey"],
                "iv": key["iv"],
                "version": 1,
                "expire_in": 3600,
                "create_time": NOON,
            }
        ]

    def test_a_key_lives_an_hour(self, alices, keys, clock):
        first = alices.do("getLatestUserKey")
        clock.advance(3599)
        assert alices.do("getLatestUserKey") == first
        assert keys()[0]["expire_in"] == 1
        clock.advance(1)
        assert keys()[0]["expire_in"] == 0
        assert alices.do("getLatestUserKey")["version"] == 2

    def test_the_server_gets_the_last_three_newest_first(self, alices, keys, clock):
        for _ in range(4):
            alices.do("getLatestUserKey")
            clock.advance(3600)
        assert [key["version"] for key in keys()] == [4, 3, 2]

    def test_a_key_is_not_shown_in_the_journal(self, alices, keys, control):
        key = alices.do("getLatestUserKey")["encryptKey"]
        assert keys()[0]["encrypt_key"] == key
        assert key not in json.dumps(control.exchanges)


class TestPhoneOfThePlugin:
    """What a test of a user's has of it in Python."""

    def test_user_info_is_told_with_what_a_server_reads(self, alices, decrypt):
        told = alices.get_user_info(nickName="Ada")
        assert told.user_info == json.loads(told.raw_data)
        assert told.signature == hashlib.sha1(f"{told.raw_data}{KEY}".encode()).hexdigest()
        assert decrypt(KEY, members_of(told.encrypted))["nickName"] == "Ada"
        assert "openId" not in decrypt(KEY, members_of(alices.get_user_profile().encrypted))

    def test_of_a_user_who_is_not_logged_in_nothing_is_encrypted(self, new_phone):
        told = new_phone("none").get_user_info()
        assert (told.signature, told.encrypted) == (None, None)

    def test_storage_is_a_dict(self, alices, new_phone):
        alices.set_user_cloud_storage({"score": "7", "n": "中"})
        assert alices.get_user_cloud_storage("n", "none", "score") == {"n": "中", "score": "7"}
        alices.remove_user_cloud_storage("n")
        friends = {"oAlice": {"score": "7"}}
        bobs = new_phone("none", openid="oBob")
        assert bobs.get_friend_cloud_storage("n", "score") == bobs.get_group_cloud_storage("g", "score") == friends

    def test_a_gift_is_read_by_a_server(self, alices, new_phone):
        new_phone("none", openid="oBob").modify_friend_interactive_storage("1", "oAlice")
        told = alices.get_user_interactive_storage("1")
        assert by_openssl(KEY, members_of(told))["KVDataList"] == [{"key": "1", "value": 1}]

    def test_a_key_to_encrypt_with_is_the_one_that_the_server_finds(self, alices, wechat):
        key = alices.get_latest_user_key()
        (found,) = wechat.with_signature("/wxa/business/getuserencryptkey", "oAlice", sessions.signature_of(KEY))[
            "key_info_list"
        ]
        assert (found["encrypt_key"], found["iv"], found["version"]) == (key.encrypt_key, key.iv, key.version)
        assert key.expire_time == NOON + 3600

    @pytest.mark.parametrize(
        ("ask", "errcode"),
        [
            (lambda phone: phone.set_user_cloud_storage({"k": "v" * 1024}), None),
            (lambda phone: phone.get_group_cloud_storage("", "k"), None),
            (lambda phone: phone.get_user_interactive_storage("51"), -17008),
            (lambda phone: phone.modify_friend_interactive_storage("1", "oNobody"), -17007),
        ],
    )
    def test_what_fail_gets_is_raised(self, alices, ask, errcode):
        with pytest.raises(MiniProgramError) as failed:
            ask(alices)
        assert failed.value.err_code == errcode


def members_of(encrypted):
    return {"encryptedData": encrypted.encrypted_data, "iv": encrypted.iv}
