"""The server with api.weixin.qq.com, and a customer with a phone. Run: wxemu exec -- pytest"""

from __future__ import annotations

import os

import pytest
import requests
from orders import create_app

pytestmark = pytest.mark.skipif("WXEMU_URL" not in os.environ, reason="run it by: wxemu exec -- pytest")


def ask(path, body):
    answer = requests.post(f"{os.environ['WXEMU_URL']}{path}", json=body, timeout=20)
    answer.raise_for_status()
    return answer.json()


class Customer:
    """A customer with a phone that runs the mini program."""

    def __init__(self, server):
        self.server = server
        self.phone = ask("/phone/v1/phones", {"appid": os.environ["WX_APPID"], "profile": "android"})["phoneId"]
        self.session = None

    def does(self, operation, **options):
        return ask(f"/phone/v1/phones/{self.phone}/{operation}", options)

    def asks(self, path, **body):
        return self.server.post(path, json=body, headers={"Authorization": f"Bearer {self.session}"})

    def logs_in(self):
        self.session = self.asks("/login", code=self.does("login")["code"]).json["session"]
        return self

    def places_order(self):
        return self.asks("/orders").json

    def signs(self, challenge):
        answer = self.does("startSoterAuthentication", requestAuthModes=["fingerPrint"], challenge=challenge)
        return {name: answer[name] for name in ("resultJSON", "resultJSONSignature")}

    def confirms(self, order, signed):
        return self.asks(f"/orders/{order['order']}/confirm", **signed)


@pytest.fixture
def server(monkeypatch):
    """The server of a mini program for this test only, so that tests may run in parallel."""
    app = ask("/emulator/v1/apps", {})
    monkeypatch.setenv("WX_APPID", app["appid"])
    monkeypatch.setenv("WX_SECRET", app["secret"])
    yield create_app().test_client()
    requests.delete(f"{os.environ['WXEMU_URL']}/emulator/v1/apps/{app['appid']}", timeout=20).raise_for_status()


@pytest.fixture
def customer(server):
    return Customer(server).logs_in()


def test_an_order_is_confirmed_with_a_finger(customer):
    order = customer.places_order()

    assert customer.confirms(order, customer.signs(order["challenge"])).json == {"confirmed": order["order"]}


def test_a_code_logs_in_only_once(server):
    customer = Customer(server)
    code = customer.does("login")["code"]

    assert [customer.asks("/login", code=code).status_code for _ in range(2)] == [200, 400]


def test_nobody_orders_without_a_login(server):
    assert Customer(server).asks("/orders").status_code == 401


def test_a_text_that_was_changed_on_the_way_is_refused(customer):
    order, other = customer.places_order(), customer.places_order()
    signed = customer.signs(order["challenge"])
    signed["resultJSON"] = signed["resultJSON"].replace(order["challenge"], other["challenge"])

    assert customer.confirms(other, signed).json == {"refused": "WeChat does not confirm it"}


def test_another_customer_s_finger_is_refused(server, customer):
    order = customer.places_order()

    refused = customer.confirms(order, Customer(server).signs(order["challenge"]))

    assert (refused.status_code, refused.json) == (403, {"refused": "WeChat does not confirm it"})


def test_an_order_is_confirmed_only_once(customer):
    order = customer.places_order()
    signed = customer.signs(order["challenge"])

    assert [customer.confirms(order, signed).status_code for _ in range(2)] == [200, 403]


def test_a_confirmation_is_for_one_order(customer):
    order, other = customer.places_order(), customer.places_order()

    refused = customer.confirms(other, customer.signs(order["challenge"]))

    assert refused.json == {"refused": "it is for another order, or was used before"}


def test_a_phone_whose_counter_does_not_grow_is_refused(customer):
    order, other = customer.places_order(), customer.places_order()
    customer.confirms(order, customer.signs(order["challenge"]))
    customer.does("override", staleCounter=True)

    refused = customer.confirms(other, customer.signs(other["challenge"]))

    assert refused.json == {"refused": "its phone has signed a later one"}


def test_customers_are_told_when_wechat_is_busy(customer):
    order = customer.places_order()
    signed = customer.signs(order["challenge"])
    fault = {"appid": os.environ["WX_APPID"], "api": "soter.verifySignature", "errcode": -1, "times": 1}
    ask("/emulator/v1/faults", fault)

    assert [customer.confirms(order, signed).status_code for _ in range(2)] == [503, 200]
