from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class KeyValuePair(_message.Message):
    __slots__ = ("key", "value", "content_type", "filename")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    key: str
    value: bytes
    content_type: str
    filename: str
    def __init__(self, key: _Optional[str] = ..., value: _Optional[bytes] = ..., content_type: _Optional[str] = ..., filename: _Optional[str] = ...) -> None: ...

class OpenApiData(_message.Message):
    __slots__ = ("pairs",)
    PAIRS_FIELD_NUMBER: _ClassVar[int]
    pairs: _containers.RepeatedCompositeFieldContainer[KeyValuePair]
    def __init__(self, pairs: _Optional[_Iterable[_Union[KeyValuePair, _Mapping]]] = ...) -> None: ...

class SvrkitApiData(_message.Message):
    __slots__ = ("api_name", "req_data")
    API_NAME_FIELD_NUMBER: _ClassVar[int]
    REQ_DATA_FIELD_NUMBER: _ClassVar[int]
    api_name: str
    req_data: bytes
    def __init__(self, api_name: _Optional[str] = ..., req_data: _Optional[bytes] = ...) -> None: ...

class CommApiData(_message.Message):
    __slots__ = ("api_type", "openapi_data", "svrkit_data", "appid")
    class ApiType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OPEN_API: _ClassVar[CommApiData.ApiType]
        INNER_API: _ClassVar[CommApiData.ApiType]
        SVRKIT_API: _ClassVar[CommApiData.ApiType]
        TOKEN_API: _ClassVar[CommApiData.ApiType]
    OPEN_API: CommApiData.ApiType
    INNER_API: CommApiData.ApiType
    SVRKIT_API: CommApiData.ApiType
    TOKEN_API: CommApiData.ApiType
    API_TYPE_FIELD_NUMBER: _ClassVar[int]
    OPENAPI_DATA_FIELD_NUMBER: _ClassVar[int]
    SVRKIT_DATA_FIELD_NUMBER: _ClassVar[int]
    APPID_FIELD_NUMBER: _ClassVar[int]
    api_type: CommApiData.ApiType
    openapi_data: OpenApiData
    svrkit_data: SvrkitApiData
    appid: str
    def __init__(self, api_type: _Optional[_Union[CommApiData.ApiType, str]] = ..., openapi_data: _Optional[_Union[OpenApiData, _Mapping]] = ..., svrkit_data: _Optional[_Union[SvrkitApiData, _Mapping]] = ..., appid: _Optional[str] = ...) -> None: ...

class CommOpenApiResp(_message.Message):
    __slots__ = ("resp_data", "content_type", "error_code", "svrkit_error_code")
    RESP_DATA_FIELD_NUMBER: _ClassVar[int]
    CONTENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    SVRKIT_ERROR_CODE_FIELD_NUMBER: _ClassVar[int]
    resp_data: bytes
    content_type: str
    error_code: int
    svrkit_error_code: int
    def __init__(self, resp_data: _Optional[bytes] = ..., content_type: _Optional[str] = ..., error_code: _Optional[int] = ..., svrkit_error_code: _Optional[int] = ...) -> None: ...

class ApiGetOpenDataByCloudIdReq(_message.Message):
    __slots__ = ("cloudid_list", "appid")
    CLOUDID_LIST_FIELD_NUMBER: _ClassVar[int]
    APPID_FIELD_NUMBER: _ClassVar[int]
    cloudid_list: _containers.RepeatedScalarFieldContainer[str]
    appid: str
    def __init__(self, cloudid_list: _Optional[_Iterable[str]] = ..., appid: _Optional[str] = ...) -> None: ...

class ApiGetOpenDataByCloudIdResp(_message.Message):
    __slots__ = ("data_list",)
    class OpDataItem(_message.Message):
        __slots__ = ("cloud_id", "json")
        CLOUD_ID_FIELD_NUMBER: _ClassVar[int]
        JSON_FIELD_NUMBER: _ClassVar[int]
        cloud_id: str
        json: str
        def __init__(self, cloud_id: _Optional[str] = ..., json: _Optional[str] = ...) -> None: ...
    DATA_LIST_FIELD_NUMBER: _ClassVar[int]
    data_list: _containers.RepeatedCompositeFieldContainer[ApiGetOpenDataByCloudIdResp.OpDataItem]
    def __init__(self, data_list: _Optional[_Iterable[_Union[ApiGetOpenDataByCloudIdResp.OpDataItem, _Mapping]]] = ...) -> None: ...
