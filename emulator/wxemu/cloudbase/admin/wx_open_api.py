"""``wx.openApi``: what wx-server-sdk sends of cloud calls, messages of protobuf in a multipart form."""

from __future__ import annotations

from base64 import b64encode
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from google.protobuf.message import DecodeError, Message

from wxemu.cloudbase import grants, open_data
from wxemu.cloudbase.admin import gateway_wire
from wxemu.cloudbase.admin.gateway_actions import members_of
from wxemu.cloudbase.admin.gateway_errors import InvalidParamError
from wxemu.cloudbase.admin.openapi_pb2 import (
    ApiGetOpenDataByCloudIdReq,
    ApiGetOpenDataByCloudIdResp,
    CommApiData,
    CommOpenApiResp,
    KeyValuePair,
)
from wxemu.cloudbase.open_data import CloudIDError
from wxemu.core.http.forms import Part
from wxemu.core.http.layers import REQUEST, RESPONSE, Layer
from wxemu.core.http.plain import PlainResponse
from wxemu.core.text import compact_json
from wxemu.wechat import programmed
from wxemu.wechat.errors import CloudCallError

if TYPE_CHECKING:
    from flask import Response

    from wxemu.cloudbase.admin.gateway_actions import Gateway
    from wxemu.cloudbase.admin.gateway_wire import Call
    from wxemu.core.http.recording import Entry
    from wxemu.wechat.openapis import Decision

Decoded = TypeVar("Decoded", bound=Message)

OPEN_DATA: Final = "ApiGetOpenDataByCloudId"
PROTOBUF_TYPE: Final = "application/octet-stream"


def answer(gateway: Gateway, call: Call) -> PlainResponse | Response:
    """The answer to ``wx.openApi``, in protobuf; so are the gateway's own refusals [field]."""
    message = _parse(CommApiData, call.content("requestData"))
    _keep_layer(call.entry, REQUEST, message)
    try:
        return _answer(gateway, call, message)
    except CloudCallError as error:
        call.entry.fail(error.errcode)
        return _reply(call.entry, CommOpenApiResp(error_code=error.errcode))


def _answer(gateway: Gateway, call: Call, message: CommApiData) -> PlainResponse | Response:
    """:raises CloudCallError: it is refused before any openapi is named."""
    if message.appid not in ("", gateway.app.appid):  # resources of another app, by an agreement not emulated
        raise CloudCallError(-604104)
    if message.api_type == CommApiData.SVRKIT_API and message.svrkit_data.api_name == OPEN_DATA:
        return _reply(call.entry, _open_data(gateway, call, message.svrkit_data.req_data))
    if message.api_type != CommApiData.OPEN_API:
        raise CloudCallError(-604100)
    parameters = {pair.key: _parameter(pair) for pair in message.openapi_data.pairs}
    return gateway.cloud_call(call, parameters, partial(_encode, call.entry))


def _encode(entry: Entry, decision: Decision) -> PlainResponse:
    if isinstance(decision.error, CloudCallError):
        return _reply(entry, CommOpenApiResp(error_code=decision.error.errcode))
    members = members_of(entry, decision)
    content = programmed.content_of(members)
    if content is not None:
        return _reply(entry, CommOpenApiResp(resp_data=content.data, content_type=content.content_type))
    text = compact_json(members)
    return _reply(entry, CommOpenApiResp(resp_data=text.encode(), content_type="application/json"))


def _reply(entry: Entry, message: CommOpenApiResp) -> PlainResponse:
    _keep_layer(entry, RESPONSE, message)
    return PlainResponse(message.SerializeToString(), PROTOBUF_TYPE)


def _keep_layer(entry: Entry, direction: str, message: Message) -> None:
    """Let the journal have a message as JSON."""
    entry.layers += (Layer(direction, f"{message.DESCRIPTOR.name} (protobuf)", "", _document(message)),)


def _document(message: Message) -> dict[str, Any]:
    return {field.name: _json_value(value) for field, value in message.ListFields()}


def _json_value(value: Any) -> Any:
    """A member of a message; bytes as base64, but for those that are JSON themselves."""
    if isinstance(value, Message):
        return _document(value)
    if isinstance(value, bytes):
        text = value.decode(errors="replace")
        return text if text.isprintable() else b64encode(value).decode()
    return value if isinstance(value, (str, int, float, bool)) else [_json_value(one) for one in value]


def _parameter(pair: KeyValuePair) -> Any:
    """A file, or the value that the SDK has written as JSON."""
    if pair.filename:
        return Part(pair.value, pair.content_type, pair.filename)
    return gateway_wire.json_value(pair.key, pair.value)


def _open_data(gateway: Gateway, call: Call, sent: bytes) -> CommOpenApiResp:
    """``getOpenData``: needs no permission, but the token of an invocation."""
    message = _parse(ApiGetOpenDataByCloudIdReq, sent)
    wx_api_token = call.text("wxCloudApiToken")
    with gateway.world.transaction():
        grant = grants.find(gateway.world, wx_api_token, appid=gateway.app.appid)
        data = [] if grant is None else [_open_data_item(gateway, one, grant.openid) for one in message.cloudid_list]
    if grant is None:  # not in the transaction: what others have written together with it would be taken back
        raise CloudCallError(-604104)
    items = [
        ApiGetOpenDataByCloudIdResp.OpDataItem(cloud_id=cloud_id, json=compact_json(one))
        for cloud_id, one in zip(message.cloudid_list, data, strict=True)
    ]
    found = ApiGetOpenDataByCloudIdResp(data_list=items)
    return CommOpenApiResp(resp_data=found.SerializeToString(), svrkit_error_code=0)


def _open_data_item(gateway: Gateway, cloud_id: str, openid: str | None) -> dict[str, Any]:
    """The data, or why there is none: an object with code, text and the cloudID [doc, of the same in an event]."""
    try:
        data = open_data.exchange(gateway.world, cloud_id, appid=gateway.app.appid, openid=openid)
    except CloudIDError as error:
        return {"cloudID": cloud_id, "errCode": error.code, "errMsg": open_data.REFUSALS[error.code]}
    return {"cloudID": cloud_id, "data": data}


def _parse(kind: type[Decoded], content: bytes) -> Decoded:
    """A message of protobuf.

    :raises InvalidParamError: the bytes are none.
    """
    decoded = kind()
    try:
        decoded.ParseFromString(content)
    except DecodeError:
        raise InvalidParamError(f"requestData: expected a message {kind.DESCRIPTOR.name} of protobuf") from None
    return decoded
