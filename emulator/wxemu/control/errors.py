"""The HTTP status of whatever the control plane and the console are refused; the form is that of ``our_failures``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wxemu.cloudbase.database.errors import CollectionNotExistError, DatabaseError
from wxemu.core.faults import FaultError, UnknownFaultError
from wxemu.core.http.our_failures import CORE_STATUSES
from wxemu.phone.errors import InvalidPhoneError, UnknownPhoneError
from wxemu.scf.failures import TooManyCallsError, UnknownFunctionError
from wxemu.scf.project import ProjectError
from wxemu.scf.runtime import DebuggerError
from wxemu.state.errors import SeedError, StateError, TakenError
from wxemu.state.snapshots import SnapshotNameError, UnknownSnapshotError
from wxemu.wechat.errors import WeChatError

if TYPE_CHECKING:
    from wxemu.core.http.our_failures import Statuses

STATUSES: Final[Statuses] = {
    **CORE_STATUSES,
    DatabaseError: 400,
    FaultError: 400,
    InvalidPhoneError: 400,
    SeedError: 400,
    SnapshotNameError: 400,
    StateError: 400,
    WeChatError: 400,
    CollectionNotExistError: 404,
    UnknownFaultError: 404,
    UnknownFunctionError: 404,
    UnknownPhoneError: 404,
    UnknownSnapshotError: 404,
    DebuggerError: 409,
    TakenError: 409,
    TooManyCallsError: 429,
    ProjectError: 500,
}
