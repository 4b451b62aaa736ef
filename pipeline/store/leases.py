"""Leases: one holder at a time, and a rising token by which a late one is told from it.

    free or expired --take--> held (token + 1) --renew--> held ... --give back--> free
                                  '-- not renewed in time --> expired: anyone may take it

Time is the database's own, so that two machines need not agree on it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from models.errors import LeaseLostError

_NOW_MS = {
    "sqlite": "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
    "postgresql": "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)",
}
"""Milliseconds since 1970, by dialect."""

_TAKE = """
INSERT INTO leases (name, holder, token, expires_ms)
VALUES (:name, :holder, 1, {now} + :for_ms)
ON CONFLICT (name) DO UPDATE
SET holder = excluded.holder, token = leases.token + 1, expires_ms = excluded.expires_ms
WHERE leases.expires_ms <= {now} OR (leases.holder = :gone AND :gone <> '')
RETURNING token
"""
_RENEW = """
UPDATE leases SET expires_ms = {now} + :for_ms WHERE name = :name AND token = :token
"""
_GIVE_BACK = "UPDATE leases SET expires_ms = 0 WHERE name = :name AND token = :token"
_HELD = "SELECT name FROM leases WHERE expires_ms > {now} ORDER BY name"
_TOKEN = "SELECT token FROM leases WHERE name = :name"  # noqa: S105 (a statement)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on something, as long as nobody took it over."""

    name: str
    holder: str
    token: int


def take_lease(session: Session, name: str, holder: str, *, for_ms: int, gone: str) -> Lease | None:
    """Take the lease if it is free, expired, or held by `gone`; None when somebody has it.

    Args:
        session: of a writing transaction.
        name: of what is leased.
        holder: who takes it, for people and for `gone`.
        for_ms: how long it holds unless it is renewed.
        gone: a holder that is known to be dead; empty = none is.
    """
    values = {"name": name, "holder": holder, "for_ms": for_ms, "gone": gone}
    token = session.execute(_statement(session, _TAKE), values).scalar()
    return None if token is None else Lease(name, holder, int(token))


def renew_lease(session: Session, lease: Lease, *, for_ms: int) -> bool:
    """Hold it longer; False when somebody took it over."""
    values = {"name": lease.name, "token": lease.token, "for_ms": for_ms}
    # Counted by reading back: not every driver counts the rows of a statement that is text.
    session.execute(_statement(session, _RENEW), values)
    return _token(session, lease.name) == lease.token


def give_lease_back(session: Session, lease: Lease) -> None:
    """Let others have it at once; no-op when somebody took it over."""
    session.execute(text(_GIVE_BACK), {"name": lease.name, "token": lease.token})


def require_lease(session: Session, lease: Lease) -> None:
    """Check, in the transaction that is to store something, that the lease is still ours.

    The row stays locked until the transaction ends, so that nobody takes the lease in between.

    Raises:
        LeaseLostError: when somebody took it over.
    """
    lock = "" if _dialect(session) == "sqlite" else " FOR UPDATE"
    token = session.execute(text(_TOKEN + lock), {"name": lease.name}).scalar()
    if token != lease.token:
        raise LeaseLostError(
            "another run took this recording over, because this one did not answer for too long; "
            "nothing was stored"
        )


def list_held(session: Session) -> tuple[str, ...]:
    """List the names of all leases that somebody holds."""
    return tuple(session.execute(_statement(session, _HELD)).scalars())


def _token(session: Session, name: str) -> int | None:
    token: int | None = session.execute(text(_TOKEN), {"name": name}).scalar()
    return token


def _statement(session: Session, sql: str) -> TextClause:
    return text(sql.format(now=_NOW_MS[_dialect(session)]))


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name
