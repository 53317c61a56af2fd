"""The store in Redis (TencentDB for Redis, in the function's VPC).

Each operation is one Lua script, so that it is atomic and may be sent again: it takes `by`, and answers a repeated
request as it answered the first. redis-py's own retries are off all the same: they would hide a lost reply.
"""

from __future__ import annotations

from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from wxcloud.errors import StoreFailure
from wxcloud.store import KEEP_USED_SECONDS, Row, new_name

PREFIX = "wxcloud"
LOST_REPLIES = 1
"""How often a script is sent again, with the same `by`, after its reply was lost."""

_INSERT = """
if redis.call('EXISTS', KEYS[1]) == 1 then
  return redis.call('HGET', KEYS[1], 'by') == ARGV[1] and 1 or 0
end
redis.call('HSET', KEYS[1], 'by', ARGV[1], 'value', ARGV[2], 'expires_at', ARGV[3], 'used_by', '')
redis.call('EXPIREAT', KEYS[1], ARGV[4])
return 1
"""
_REPLACE = """
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'by', ARGV[1], 'value', ARGV[2], 'expires_at', ARGV[3], 'used_by', '')
redis.call('EXPIREAT', KEYS[1], ARGV[4])
return 1
"""
_CONSUME = """
local row = redis.call('HMGET', KEYS[1], 'used_by', 'expires_at')
if not row[1] then return 0 end
if row[1] ~= '' then return row[1] == ARGV[1] and 1 or 0 end
if tonumber(row[2]) <= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'used_by', ARGV[1])
return 1
"""
_ADVANCE = """
local row = redis.call('HMGET', KEYS[1], 'by', 'number')
if row[2] and tonumber(row[2]) >= tonumber(ARGV[2]) then
  return row[1] == ARGV[1] and 1 or 0
end
redis.call('HSET', KEYS[1], 'by', ARGV[1], 'number', ARGV[2])
return 1
"""
_ACQUIRE = """
local row = redis.call('HMGET', KEYS[1], 'used_by', 'expires_at')
if row[1] and row[1] ~= ARGV[1] and tonumber(row[2]) > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'used_by', ARGV[1], 'expires_at', ARGV[3])
redis.call('EXPIREAT', KEYS[1], ARGV[4])
return 1
"""
_RELEASE = """
if redis.call('HGET', KEYS[1], 'used_by') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
"""


class RedisStore:
    """A Store in the Redis at `address`, `redis://` or, with TLS, `rediss://`."""

    def __init__(self, address: str, *, timeouts: tuple[float, float]) -> None:
        connect, read = timeouts
        self._redis: Any = redis.Redis.from_url(
            address,
            socket_connect_timeout=connect,
            socket_timeout=read,
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )

    def find(self, table: str, row_id: str) -> Row | None:
        """As `Store.find`."""
        value, expires_at, used_by = self._ask(
            lambda: self._redis.hmget(_key(table, row_id), "value", "expires_at", "used_by")
        )
        return None if value is None else Row(value, float(expires_at), used_by)

    def replace(self, table: str, row_id: str, value: str, *, expires_at: float) -> None:
        """As `Store.replace`."""
        self._run(_REPLACE, table, row_id, value, repr(expires_at), _kept_until(expires_at))

    def insert(self, table: str, row_id: str, value: str, *, now: float, expires_at: float) -> bool:  # noqa: ARG002
        """As `Store.insert`; Redis takes ended rows away."""
        return self._run(_INSERT, table, row_id, value, repr(expires_at), _kept_until(expires_at))

    def consume(self, table: str, row_id: str, *, now: float) -> bool:
        """As `Store.consume`."""
        return self._run(_CONSUME, table, row_id, repr(now))

    def advance(self, table: str, row_id: str, number: int) -> bool:
        """As `Store.advance`, exact up to 2**53: a number of Lua."""
        return self._run(_ADVANCE, table, row_id, str(number))

    def acquire(self, table: str, row_id: str, *, owner: str, now: float, until: float) -> bool:
        """As `Store.acquire`."""
        return self._run(_ACQUIRE, table, row_id, repr(now), repr(until), _kept_until(until), by=owner)

    def release(self, table: str, row_id: str, *, owner: str) -> None:
        """As `Store.release`."""
        self._run(_RELEASE, table, row_id, by=owner)

    def _run(self, script: str, table: str, row_id: str, *arguments: str, by: str = "") -> bool:
        by = by or new_name()
        return bool(self._ask(lambda: self._redis.eval(script, 1, _key(table, row_id), by, *arguments)) == 1)

    def _ask(self, ask: Any) -> Any:
        for tries_left in range(LOST_REPLIES, -1, -1):
            try:
                return ask()
            except (redis.ConnectionError, redis.TimeoutError) as error:
                failure: Exception = error
                if tries_left:
                    continue
            except (redis.RedisError, UnicodeError) as error:
                failure = error
            raise StoreFailure(f"the store (WX_STORE) cannot be used: {type(failure).__name__}") from None
        raise AssertionError  # the last try returns or raises


def _key(table: str, row_id: str) -> str:
    return f"{PREFIX}:{table}:{row_id}"


def _kept_until(expires_at: float) -> str:
    return str(int(expires_at + KEEP_USED_SECONDS))
