"""The pages of phones: their sensors, their keys, and ways to make them misbehave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from wxemu.console import form, rows
from wxemu.console.page import app_of_form, chosen_app, chosen_appid, show
from wxemu.core.journal import json_object
from wxemu.phone import phones, signed_texts
from wxemu.phone.phones import OVERRIDES, Override
from wxemu.wechat import auth_keys, soter, users

if TYPE_CHECKING:
    from flask import Response

    from wxemu.core.world import World
    from wxemu.phone.phones import Phone
    from wxemu.phone.signed_texts import SignedText
    from wxemu.scf.deployment import Deployment

MOST_SUGGESTED: Final = 100
"""Openids that a form suggests."""
MOST_ENROLLED: Final = 1000


@dataclass(frozen=True)
class Key:
    """One key of a phone's chain.

    :param name: ``attk``, ``ask``, ``auth_key``, or ``uploaded``: the AuthKey at WeChat.
    :param fingerprint: ``None`` for a key that the phone does not have.
    """

    name: str
    fingerprint: str | None


@dataclass(frozen=True)
class SignedConfirmation:
    """A confirmation that the phone has sent."""

    signed: SignedText
    challenge: str
    counter: str


def page(world: World, _deployment: Deployment) -> Response:
    """The phones, and a form for a new one."""
    app = chosen_app(world)
    with world.transaction():
        listed_phones = phones.all_phones(world, chosen_appid(world))
        openids = [] if app is None else [user.openid for user in users.all_users(world, app.appid)[:MOST_SUGGESTED]]
    return show(
        world,
        "phones.html",
        "phones",
        phones=rows.select(listed_phones, _text),
        profiles=soter.PROFILES,
        openids=openids,
        app=app,
    )


def one(world: World, _deployment: Deployment, phone_id: str) -> Response:
    """One phone: its keys, its counter, its latest signatures.

    :raises UnknownPhoneError: there is none.
    """
    with world.transaction():
        phone = phones.find(world, phone_id)
        uploaded = auth_keys.of_user(world, phone.appid, phone.openid)
        signed = signed_texts.of_user(world, phone.appid, phone.openid)
    return show(
        world,
        "phone.html",
        "phones",
        phone=phone,
        keys=_chain(phone, next((key.public_key for key in uploaded if key.phone_id == phone_id), None)),
        signed=[_confirmation(text) for text in signed if text.phone_id == phone_id],
        overrides=OVERRIDES,
        options=_options(phone.override),
    )


def add(world: World, _deployment: Deployment) -> str:
    """Add a phone of the form's profile for the form's user.

    :raises NotFound: there is no app; InvalidPhoneError: the phone cannot be made.
    """
    app = app_of_form(world)
    phone = phones.create(world, appid=app.appid, profile_name=form.text("profile"), openid=form.text("openid") or None)
    return address(phone)


def enrol(world: World, _deployment: Deployment, phone_id: str) -> str:
    """Enrol the form's ``count`` of fingers or faces.

    :raises PhoneError: no such phone, or it has no such sensor; InputError: not a number.
    """
    count = form.whole_number("count", most=MOST_ENROLLED) or 0
    with world.transaction():
        return address(phones.enrol(world, phones.find(world, phone_id), mode=form.text("mode"), count=count))


def override(world: World, _deployment: Deployment, phone_id: str) -> str:
    """Set the form's override, or without any kind clear it.

    :raises PhoneError: no such phone, or it has no key.
    """
    wanted = Override(tuple(kind for kind in OVERRIDES if form.text(kind)), bool(form.text("is_lasting")))
    with world.transaction():
        return address(phones.override(world, phones.find(world, phone_id), wanted))


def remove(world: World, _deployment: Deployment, phone_id: str) -> str:
    """Remove the phone.

    :raises UnknownPhoneError: there is none.
    """
    with world.transaction():
        phones.remove(world, phones.find(world, phone_id))
    return "/phones"


def address(phone: Phone) -> str:
    """The URL of a phone's page."""
    return f"/phones/{quote(phone.phone_id, safe='')}"


def _text(phone: Phone) -> str:
    return " ".join([phone.phone_id, phone.appid, phone.openid, phone.profile.name, *phone.override.kinds])


def _options(override: Override) -> str:
    """As the command takes them, which stand behind its name."""
    return "".join(f" --kind {kind}" for kind in override.kinds) + " --until-cleared" * override.is_lasting


def _chain(phone: Phone, uploaded: str | None) -> list[Key]:
    """The keys from the factory's to the one that WeChat verifies signatures with."""
    private = {"ask": phone.ask, "auth_key": phone.auth_key}
    public = {name: pem and soter.public_key_pem(soter.load_private_key(pem)) for name, pem in private.items()}
    keys = {"attk": phone.attk, **public, "uploaded": uploaded}
    return [Key(name, None if pem is None else soter.fingerprint(pem)) for name, pem in keys.items()]


def _confirmation(text: SignedText) -> SignedConfirmation:
    members = json_object(text.given_text)
    return SignedConfirmation(text, str(members.get("raw", "")), str(members.get("counter", "")))
