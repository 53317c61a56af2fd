"""RSA keys made ahead, because making one takes longer than any answer may.

NoKeyError
    No key was made in time; the text says why.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from wxemu.core import health, troubles
from wxemu.core.messages import Message, MessageError
from wxemu.core.randomness import stream
from wxemu.core.watched_thread import WatchedThread

if TYPE_CHECKING:
    from wxemu.core.health import Health
    from wxemu.core.store import Store

KEY_BITS: Final = 2048
EXPONENT: Final = 65537
_NEXT = "next_rsa_key"
_AHEAD: Final = 6
LONGEST_WAIT: Final = 15.0
"""Seconds without a new key, after which nobody waits for one any longer."""
_WAIT_OF_FAILED: Final = 3.0
"""The same, while none can be made: they may yet, as making them is begun again and again."""
_PAUSE: Final = 1.0
"""Seconds until the making of keys is begun again, if it has failed."""


class NoKeyError(MessageError):
    """No key was made in time."""


class _QuickKeys:
    """Makes keys of a few primes, each of two that no other key has together: finding primes takes nearly all the time.

    That gives keys a test can have many of, and is good for nothing else: whoever sees two keys that share a prime can
    find out both.
    """

    def __init__(self) -> None:
        self._primes: list[int] = []
        self._pairs: list[tuple[int, int]] = []

    def make(self) -> str:
        """A new key, as PKCS #8 PEM."""
        # Imported here, by the thread that makes keys: a start need not wait for it.
        from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415
        from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
            Encoding,
            NoEncryption,
            PrivateFormat,
        )

        if not self._pairs:
            found = rsa.generate_private_key(public_exponent=EXPONENT, key_size=KEY_BITS).private_numbers()
            for prime in (found.p, found.q):
                self._pairs += [(former, prime) for former in self._primes]
                self._primes.append(prime)
        p, q = sorted(self._pairs.pop(), reverse=True)
        private = pow(EXPONENT, -1, (p - 1) * (q - 1))
        numbers = rsa.RSAPrivateNumbers(
            p=p,
            q=q,
            d=private,
            dmp1=rsa.rsa_crt_dmp1(private, p),
            dmq1=rsa.rsa_crt_dmq1(private, q),
            iqmp=rsa.rsa_crt_iqmp(p, q),
            public_numbers=rsa.RSAPublicNumbers(EXPONENT, p * q),
        )
        key = numbers.private_key(unsafe_skip_rsa_key_validation=True)  # its primes were found by OpenSSL
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class KeyPool:
    """A pool of RSA-2048 private keys in the store, filled by one background thread.

    :param health: learns that no keys can be made, and that they can again.
    :param seed: makes key *n* the same in every run (slower: 0.3 s a key instead of less than 1 ms).
    """

    def __init__(self, store: Store, health: Health, seed: str | None = None) -> None:
        self._store = store
        self._health = health
        self._seed = seed
        self._origin = "system" if seed is None else f"seed {seed}"
        self._changed = threading.Condition()
        self._wanted = 0
        self._made_at = 0.0
        self._filler: WatchedThread | None = None
        self._quick = _QuickKeys()
        self._is_closed = False

    def fill(self, ahead: int = _AHEAD) -> None:
        """Have ``ahead`` keys made in the background."""
        with self._changed:
            self._wanted = max(self._wanted, ahead)
            if self._filler is None and not self._is_closed:
                filler = WatchedThread("rsa-keys", self._work, on_failure=self._fail, pause=_PAUSE)
                filler.start()
                self._filler = filler
            self._changed.notify_all()

    def take(self, count: int) -> list[str]:
        """``count`` private keys (PKCS #8 PEM) that nobody else gets; waits only if the pool ran dry.

        Must not be called inside a transaction: the filling thread needs the store.

        :raises NoKeyError: none was made for ``LONGEST_WAIT`` seconds.
        """
        began_at = time.monotonic()
        while True:
            self.fill(count)
            keys = self._take_made(count)
            with self._changed:
                self._changed.notify_all()
                if keys is not None:
                    return keys
                self._require_progress(since=max(began_at, self._made_at))
                # The time limit covers keys that another process adds, which cannot notify us.
                self._changed.wait(0.1)

    def _take_made(self, count: int) -> list[str] | None:
        with self._store.transaction():
            start = self._store.note(_NEXT) or 0
            rows = self._store.rows(
                "SELECT number, pem FROM rsa_keys WHERE origin = ? AND number >= ? ORDER BY number LIMIT ?",
                self._origin,
                start,
                count,
            )
            if len(rows) < count:
                return None
            self._store.keep_note(_NEXT, rows[-1]["number"] + 1)
            if self._seed is None:
                self._store.run("DELETE FROM rsa_keys WHERE number < ? AND origin = ?", start, self._origin)
            return [row["pem"] for row in rows]

    def _require_progress(self, since: float) -> None:
        """:raises NoKeyError: it is too long ago."""
        failure = self._health.failed.get(health.KEYS)
        longest = LONGEST_WAIT if failure is None else _WAIT_OF_FAILED
        if time.monotonic() - since > longest:
            raise NoKeyError(
                Message(
                    "no RSA key was made for {longest} seconds: {reason}",
                    "{longest} 秒内没有生成 RSA 密钥：{reason}",
                    longest=f"{longest:g}",
                    reason=Message("this machine is too busy", "本机过于繁忙") if failure is None else failure,
                )
            )

    def start_over(self) -> None:
        """Hand out a seeded pool from its first key again, as a reset to the seed must."""
        if self._seed is not None:
            self._store.keep_note(_NEXT, None)

    def close(self) -> None:
        """Stop the background thread."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if self._filler is not None:
            self._filler.stop()

    def _fail(self, error: Exception) -> None:
        self._health.fail(
            health.KEYS,
            troubles.explain(error)
            or Message("a fault of the emulator, {kind}", "模拟器自身的故障：{kind}", kind=type(error).__name__),
        )
        troubles.tell(error, "a fault of the emulator, by which no RSA keys are made")

    def _work(self) -> None:
        # The store's lock is never taken while holding the condition's: a taker holds them in the other order.
        while not self._is_closed:
            number = self._next_missing()
            if number is None:
                self._health.recover(health.KEYS)
                with self._changed:
                    if not self._is_closed:
                        self._changed.wait(5)
                continue
            pem = self._make(number)
            with self._store.transaction():
                if self._next_missing() == number:  # meanwhile another state, or another process's key, may have come
                    self._store.run("INSERT INTO rsa_keys VALUES (?, ?, ?)", self._origin, number, pem)
            self._health.recover(health.KEYS)
            with self._changed:
                self._made_at = time.monotonic()
                self._changed.notify_all()

    def _next_missing(self) -> int | None:
        start = self._store.note(_NEXT) or 0
        row = self._store.row("SELECT max(number) AS last FROM rsa_keys WHERE origin = ?", self._origin)
        last = -1 if row is None or row["last"] is None else int(row["last"])
        number = max(start, last + 1)
        return number if number < start + self._wanted else None

    def _make(self, number: int) -> str:
        if self._seed is None:
            return self._quick.make()
        # OpenSSL takes no randomness of ours; this is of the extra `seed`.
        from Crypto.PublicKey import RSA  # noqa: PLC0415

        seeded = RSA.generate(KEY_BITS, randfunc=stream(f"{self._seed}/rsa/{number}"))
        return seeded.export_key(format="PEM", pkcs=8).decode() + "\n"
