from __future__ import annotations

import pytest

from wxemu.core.http.hosts import is_emulated, is_named


@pytest.mark.parametrize(
    "host",
    [
        "api.weixin.qq.com",
        "API.Weixin.QQ.com.",
        "tcb-api.tencentcloudapi.com",
        "env-demo.ap-shanghai.tcb-api.tencentcloudapi.com",
        "tcb-admin.tencentyun.com",
        "tcb-open.tencentyun.com",
        "scf.tencentcloudapi.com",
        "shtempcos-1.cos.ap-shanghai.myqcloud.com",
    ],
)
def test_hosts_of_tencent_s_clients_are_emulated(host):
    assert is_emulated(host)


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "weixin.qq.com",
        "evil-api.weixin.qq.com",
        "tencentcloudapi.com",
        ".myqcloud.com",
        "notmyqcloud.com",
    ],
)
def test_no_other_host_is_emulated(host):
    assert not is_emulated(host)


def test_a_pattern_means_what_is_below_its_name_at_any_depth():
    assert is_named("a.b.example.com", ["*.example.com"])
    assert not is_named("example.com", ["*.example.com"])
