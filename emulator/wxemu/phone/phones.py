"""Simulated phones: user, sensors, SOTER keys and counter of each."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from wxemu.core import apps
from wxemu.core.messages import Message
from wxemu.phone.errors import InvalidPhoneError, UnknownPhoneError
from wxemu.wechat import auth_keys, soter, users

if TYPE_CHECKING:
    from collections.abc import Mapping
    from sqlite3 import Row

    from wxemu.core.world import World
    from wxemu.wechat.soter import Profile

OVERRIDES: Final = ("tamperedRaw", "bogusSignature", "foreignKey", "wrongSalt", "staleCounter")
"""What an attacker's phone does: it changes the text after signing, sends random bytes as signature, signs with a key
that WeChat does not know for this user, uses another salt length than the text states, or keeps its counter."""


@dataclass(frozen=True)
class Override:
    """How the phone misbehaves.

    :param kinds: some of ``OVERRIDES``; empty for an honest phone.
    :param is_lasting: until cleared, not only for the next answer.
    """

    kinds: tuple[str, ...] = ()
    is_lasting: bool = False


@dataclass(frozen=True)
class Phone:
    """One user's phone, with one mini program.

    :param counter: the TEE's counter as last used; it only grows, also over restarts.
    :param enrolled: the number of enrolled fingers and faces, by mode.
    :param attk: public ATTK (PEM), whose private key never leaves the TEE; ``None`` as with ``ask``.
    :param ask: private ASK (PEM); ``None`` on a phone without SOTER, and on a phone whose seed has only a public
        AuthKey.
    :param auth_key: private AuthKey (PEM); ``None`` as with ``ask``.
    :param failures: mismatches in a row.
    :param locked_until: Unix seconds until which the sensor is locked.
    :param latest_code: the code of this phone's last wx.login.
    """

    phone_id: str
    appid: str
    openid: str
    profile: Profile
    cpu_id: str
    uid: str
    counter: int
    enrolled: Mapping[str, int]
    attk: str | None = field(default=None, repr=False)
    ask: str | None = field(default=None, repr=False)
    auth_key: str | None = field(default=None, repr=False)
    failures: int = 0
    locked_until: float = 0.0
    latest_code: str | None = None
    override: Override = Override()

    def locked_for(self, now: float) -> float:
        """Seconds from ``now`` until the sensor is unlocked; 0 if it is not locked."""
        return max(0.0, self.locked_until - now)


def create(
    world: World,
    *,
    appid: str,
    profile_name: str,
    openid: str | None = None,
    phone_id: str | None = None,
    public_auth_key: str | None = None,
    counter: int = 0,
) -> Phone:
    """Make a phone with one finger or face enrolled for each of its modes, make its keys and upload its AuthKey.

    :param openid: its user, who is added if there is no such user; ``None`` for a new user.
    :param public_auth_key: upload this key (PEM) instead; the phone cannot sign then, having no private key.
    :param counter: the start of the TEE's counter.
    :raises InvalidPhoneError: unknown profile or appid, an id that is taken, a key that is no RSA public key.
    """
    profile = soter.PROFILES.get(profile_name)
    if profile is None:
        raise InvalidPhoneError(
            Message(
                "no profile is called {name}; there are {known}",
                "没有名为 {name} 的型号；可用的有 {known}",
                name=repr(profile_name),
                known=", ".join(soter.PROFILES),
            )
        )
    if public_auth_key is not None:
        _check_public_key(public_auth_key)
    # Before the transaction, which must not wait: the pool may have to wait for a key.
    keys = world.keys.take(3) if profile.modes and public_auth_key is None else None
    with world.transaction():
        openid = _ensure_user(world, appid, openid)
        phone_id = phone_id or f"phone-{world.randomness.hex(12)}"
        if _row(world, phone_id) is not None:
            raise InvalidPhoneError(
                Message("a phone with the id {id} is there already", "已有 id 为 {id} 的手机", id=repr(phone_id))
            )
        phone = Phone(
            phone_id=phone_id,
            appid=appid,
            openid=openid,
            profile=profile,
            cpu_id=profile.draw_cpu_id(world.randomness.draw),
            uid=profile.draw_uid(world.randomness.draw),
            counter=counter,
            enrolled={str(mode): 1 for mode in profile.modes},
        )
        if keys is not None:
            phone, public_auth_key = _provision(phone, attk=keys[0], ask=keys[1], auth_key=keys[2])
        keep(world, phone)
        if public_auth_key is not None:
            auth_keys.register(world, appid=appid, openid=openid, phone_id=phone_id, public_key=public_auth_key)
    return phone


def _check_public_key(pem: str) -> None:
    try:
        soter.load_public_key(pem)
    except soter.PemError as error:
        raise InvalidPhoneError(Message("auth_key: {error}", "auth_key 不正确：{error}", error=error)) from None


def _ensure_user(world: World, appid: str, openid: str | None) -> str:
    try:
        apps.require(world, appid)
    except apps.UnknownAppError as error:
        raise InvalidPhoneError(*error.args) from None
    openid = openid or users.new_openid(world)
    if users.find(world, appid, openid) is None:
        users.add(world, users.User(appid, openid))
    return openid


def _provision(phone: Phone, *, attk: str, ask: str, auth_key: str) -> tuple[Phone, str]:
    """Sign an ASK with the ATTK and an AuthKey with the ASK; WeChat verifies the chain and keeps the AuthKey."""
    attk_private, ask_private, auth_private = map(soter.load_private_key, (attk, ask, auth_key))
    signed_ask = soter.sign_key(_exported_key(phone, soter.public_key_pem(ask_private), 1), signer=attk_private)
    signed_auth_key = soter.sign_key(_exported_key(phone, soter.public_key_pem(auth_private), 2), signer=ask_private)
    attk_public = soter.public_key_pem(attk_private)
    uploaded = soter.verify_chain(attk_public_key_pem=attk_public, ask=signed_ask, auth_key=signed_auth_key)
    return replace(phone, attk=attk_public, ask=ask, auth_key=auth_key, counter=uploaded.counter), uploaded.pub_key


def _exported_key(phone: Phone, pub_key: str, uses: int) -> soter.ExportedKey:
    stated = phone.profile.salt_length if phone.profile.states_salt_length else None
    return soter.ExportedKey(pub_key, phone.cpu_id, phone.counter + uses, phone.uid, stated)


def find(world: World, phone_id: str) -> Phone:
    """Find the phone with this id.

    :raises UnknownPhoneError: there is none.
    """
    row = _row(world, phone_id)
    if row is None:
        raise UnknownPhoneError(
            Message(
                "no phone has the id {id}; `wxemu phone list` shows which there are",
                "没有 id 为 {id} 的手机；可用 `wxemu phone list` 查看",
                id=repr(phone_id),
            )
        )
    return _phone(row)


def all_phones(world: World, appid: str | None = None) -> list[Phone]:
    """Every phone, or every phone of one app."""
    rows = world.store.rows("SELECT * FROM phones WHERE ?1 IS NULL OR appid = ?1 ORDER BY phone_id", appid)
    return [_phone(row) for row in rows]


def of_user(world: World, appid: str, openid: str) -> list[Phone]:
    """A user's phones in an app."""
    rows = world.store.rows("SELECT * FROM phones WHERE appid = ? AND openid = ? ORDER BY phone_id", appid, openid)
    return [_phone(row) for row in rows]


def enrol(world: World, phone: Phone, *, mode: str, count: int) -> Phone:
    """Enrol fingers or faces, ``count`` in all; 0 removes them.

    :raises InvalidPhoneError: the phone has no sensor for ``mode``, or ``count`` is negative.
    """
    if mode not in phone.profile.modes:
        raise InvalidPhoneError(
            Message(
                "a phone of profile {profile} has no {mode}; its modes: {modes}",
                "型号为 {profile} 的手机没有 {mode}；它支持：{modes}",
                profile=phone.profile.name,
                mode=repr(mode),
                modes=", ".join(phone.profile.modes) or Message("none", "无"),
            )
        )
    if count < 0:
        raise InvalidPhoneError(
            Message("count: expected 0 or more, got {count}", "count：应不小于 0，得到的是 {count}", count=count)
        )
    return keep(world, replace(phone, enrolled={**phone.enrolled, mode: count}))


def override(world: World, phone: Phone, wanted: Override) -> Phone:
    """Make the phone misbehave, or behave again.

    :raises InvalidPhoneError: an unknown kind, or the phone has no private key.
    """
    for kind in wanted.kinds:
        if kind not in OVERRIDES:
            raise InvalidPhoneError(
                Message(
                    "no override is called {kind}; there are {known}",
                    "没有名为 {kind} 的作弊方式；可用的有 {known}",
                    kind=repr(kind),
                    known=", ".join(OVERRIDES),
                )
            )
    if wanted.kinds and phone.auth_key is None:
        raise InvalidPhoneError(
            Message(
                "phone {id} has no key of its own: it signs nothing that could be forged",
                "手机 {id} 没有自己的密钥：没有可伪造的签名",
                id=repr(phone.phone_id),
            )
        )
    return keep(world, replace(phone, override=wanted))


def remove(world: World, phone: Phone) -> None:
    """Remove the phone. WeChat forgets its AuthKey, so its signatures no longer verify."""
    world.store.run("DELETE FROM phones WHERE phone_id = ?", phone.phone_id)
    auth_keys.forget(world, phone.phone_id)


def keep(world: World, phone: Phone) -> Phone:
    """Store the phone, and return it."""
    world.store.run(
        "INSERT OR REPLACE INTO phones VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        phone.phone_id,
        phone.appid,
        phone.openid,
        phone.profile.name,
        phone.cpu_id,
        phone.uid,
        phone.counter,
        json.dumps(dict(phone.enrolled)),
        phone.attk,
        phone.ask,
        phone.auth_key,
        phone.failures,
        phone.locked_until,
        phone.latest_code,
        json.dumps([phone.override.kinds, phone.override.is_lasting]),
    )
    return phone


def _row(world: World, phone_id: str) -> Row | None:
    return world.store.row("SELECT * FROM phones WHERE phone_id = ?", phone_id)


def _phone(row: Row) -> Phone:
    kinds, is_lasting = json.loads(row["override"])
    parts = {name: row[name] for name in row.keys()}  # noqa: SIM118 - a Row iterates over its values
    return Phone(
        **{
            **parts,
            "profile": soter.PROFILES[row["profile"]],
            "enrolled": json.loads(row["enrolled"]),
            "override": Override(tuple(kinds), is_lasting),
        }
    )
