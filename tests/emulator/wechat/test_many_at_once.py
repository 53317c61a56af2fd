"""Many callers at one time lose nothing and mix nothing up."""

from concurrent.futures import ThreadPoolExecutor

from wxemu.wechat import sessions

USERS, EACH = 20, 10


def test_200_logins_and_verifications_of_20_users(wechat, new_phone, world):
    phones = [new_phone("android", openid=f"oUser{number}") for number in range(USERS)]

    def story(number):
        phone = phones[number % USERS]
        session = wechat.code_to_session(phone.login())
        done = phone.confirm(f"order-{number}")
        verified = wechat.verify(phone.openid, done["resultJSON"], done["resultJSONSignature"])
        return phone.openid, session["openid"], session["session_key"], verified.members["is_ok"], done["resultJSON"]

    with ThreadPoolExecutor(16) as threads:
        told = list(threads.map(story, range(USERS * EACH)))
    assert all(openid == answered and is_ok for openid, answered, _, is_ok, _ in told)
    assert all(f'"raw":"order-{number}"' in result for number, (*_, result) in enumerate(told))
    assert len({session_key for _, _, session_key, _, _ in told}) == USERS * EACH
    for phone in phones:
        in_force = sessions.find(world, wechat.tenant.appid, phone.openid).session_key
        assert in_force in {session_key for openid, _, session_key, _, _ in told if openid == phone.openid}
        assert phone.state["counter"] == 2 + EACH
