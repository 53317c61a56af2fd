"""A public key as a device's keystore exports it: ATTK, ASK and AuthKey have the same form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Self

from wxemu.core.text import describe_kind
from wxemu.wechat.soter import device_json
from wxemu.wechat.soter.errors import KeyJsonError


@dataclass(frozen=True, slots=True)
class ExportedKey:
    """A public key, and the device and app that it belongs to.

    :param pub_key: PEM text.
    :param cpu_id: the device.
    :param counter: the TEE's counter when the key was exported.
    :param uid: the app on that device; some devices write a number [field].
    :param salt_length: bytes of salt in the signature over this JSON, where the device states it.
    """

    pub_key: str
    cpu_id: str
    counter: int
    uid: str | int
    salt_length: int | None = None

    def to_json(self) -> str:
        r"""The text that the key above signs, with slashes as ``\/`` [field]."""
        members: dict[str, object] = {
            "pub_key": self.pub_key,
            "cpu_id": self.cpu_id,
            "counter": self.counter,
            "uid": self.uid,
        }
        if self.salt_length is not None:
            members["rsa_pss_saltlen"] = self.salt_length
        return device_json.write(members)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read the key in ``text``. The form with a certificate chain (``certs``) is not supported.

        :raises KeyJsonError: not the JSON of an exported key; it names the wrong member.
        """
        members = device_json.read(text)
        if members is None:
            raise KeyJsonError("key JSON", "a JSON object", "another text")
        return cls(
            pub_key=_member(members, "pub_key", str),
            cpu_id=_member(members, "cpu_id", str),
            counter=_member(members, "counter", int),
            uid=_member(members, "uid", str, int),
            salt_length=_member(members, "rsa_pss_saltlen", int) if "rsa_pss_saltlen" in members else None,
        )


_EXPECTED: Final = {str: "a string", int: "a whole number"}


def _member(members: dict[str, Any], name: str, *types: type) -> Any:
    if name not in members:
        raise KeyJsonError(name, "a value", "no such member")
    value = members[name]
    if type(value) not in types:  # not isinstance, which takes a boolean for a number
        raise KeyJsonError(name, " or ".join(_EXPECTED[kind] for kind in types), str(describe_kind(value)))
    return value
