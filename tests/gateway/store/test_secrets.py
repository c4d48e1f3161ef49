from gateway.store.engine import Database
from gateway.store.secrets import get_secret, remove_secret, set_secret


def test_a_secret_is_kept_replaced_and_forgotten(store: Database) -> None:
    with store.writing() as session:
        assert get_secret(session, "setup") == ""
        set_secret(session, "setup", "one", now=1)
        set_secret(session, "setup", "two", now=2)
        session.commit()
    with store.writing() as session:
        assert get_secret(session, "setup") == "two"
        remove_secret(session, "setup")
        remove_secret(session, "setup")
        assert get_secret(session, "setup") == ""
