"""Small things the server keeps to itself, by name."""

from sqlmodel import Session

from gateway.store.access_tables import SecretTable


def get_secret(session: Session, name: str) -> str:
    """Its value; "" where there is none."""
    row = session.get(SecretTable, name)
    return row.value if row else ""


def set_secret(session: Session, name: str, value: str, *, now: int) -> None:
    """Keep it in place of the one before."""
    session.merge(SecretTable(name=name, value=value, changed=now))
    session.flush()


def remove_secret(session: Session, name: str) -> None:
    """Forget it, if it is there."""
    row = session.get(SecretTable, name)
    if row is not None:
        session.delete(row)
        session.flush()
