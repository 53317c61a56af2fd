"""montydb's engine as pure functions: the only place that imports it, and that knows it.

The modules are montydb's own affair (version 2.5.6 is pinned): the walk along a path of a document, the grammar of
queries and updates, orders and projections. What it compares by Python's equality, to which ``true`` is 1, is done in
``query`` and ``update`` by BSON's.
"""

from __future__ import annotations

import re
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wxemu.cloudbase.database.errors import InvalidOperatorError, QueryError, WriteError
from wxemu.cloudbase.database.values import Binary, Int64, ObjectId, Regex

with warnings.catch_warnings():  # of utcfromtimestamp, which it calls while it is imported
    warnings.simplefilter("ignore", DeprecationWarning)
    from montydb import errors
    from montydb.engine import field_walker, project, queries
    from montydb.engine import update as updates
    from montydb.types import bson

    bson.init(use_bson=False)

if TYPE_CHECKING:
    from collections.abc import Iterator

# Where PyMongo's types would stand, if it were there.
bson.Int64, bson.Binary, bson.ObjectId, bson.Regex = Int64, Binary, ObjectId, Regex

FieldWalker = field_walker.FieldWalker
FieldTree = field_walker.FieldTree
FieldWriteError = field_walker.FieldWriteError
is_conflict = field_walker.is_conflict
refuse_dollar_names = field_walker.no_dollar_prefix_field
QueryFilter = queries.QueryFilter
LogicBox = queries.LogicBox
ordering = queries.ordering
Projector = project.Projector
Updator = updates.Updator
EachPusher = updates.EachPusher
EachAdder = updates.EachAdder

_ELEMENT = re.compile(r"in element \{'(.*)': (.*)\}")
_WORDS = {"None": "null", "True": "true", "False": "false"}
_UNKNOWN = re.compile(r"unknown (top level )?operator|Unknown modifier")
# It trips over forms that it does not expect in as many ways as Python has.
_STUMBLES = (ArithmeticError, AttributeError, LookupError, NotImplementedError, RuntimeError, TypeError, ValueError)


@contextmanager
def refusals(error: type[QueryError | WriteError]) -> Iterator[None]:
    """Turn what montydb raises into ``error``, unknown operators into InvalidOperatorError."""
    try:
        yield
    except (errors.OperationFailure, field_walker.FieldWalkError) as raised:
        if _UNKNOWN.search(str(raised)):
            raise InvalidOperatorError(str(raised)) from None
        raise error(_ELEMENT.sub(_in_element, str(raised))) from None
    except re.error as raised:
        raise error(f"Regular expression is invalid: {raised}") from None
    except (*_STUMBLES, StopIteration) as raised:
        raise error(f"it cannot be read ({type(raised).__name__})") from None


def _in_element(found: re.Match[str]) -> str:
    """As MongoDB writes it [field]: ``in element {profile: null}``."""
    return f"in element {{{found[1]}: {_WORDS.get(found[2], found[2])}}}"
