def test_a_user_is_greeted(wx_phone):
    answer = wx_phone.call_function("greet", name="Alice")

    assert answer["greeting"] == "Hello, Alice"
    assert answer["openid"] == wx_phone.openid


def test_nobody_is_greeted_without_a_name(wx_phone):
    assert wx_phone.call_function("greet")["errCode"] == -501007
