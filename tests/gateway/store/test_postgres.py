"""PostgreSQL's address, and who may write when."""

import threading

import pytest

from gateway.errors import SettingsError
from gateway.store.engine import check_url, open_store
from tests.fakes import postgres


@pytest.mark.parametrize(
    "url", ["mysql://u:secret@h/d", "sqlite:///x.db", "nonsense secret", "postgresql+asyncpg://h/d"]
)
def test_url_that_is_not_postgresql_is_a_mistake_in_the_settings(url: str) -> None:
    with pytest.raises(SettingsError) as raised:
        check_url(url)
    assert "secret" not in str(raised.value) + raised.value.hint


@pytest.mark.parametrize("url", ["", "postgresql://u:p@h/d", "postgres://h/d"])
def test_usual_urls_are_taken(url: str) -> None:
    check_url(url)


def test_second_writer_waits_for_the_first(tmp_path_factory: pytest.TempPathFactory) -> None:
    if reason := postgres.missing():
        pytest.skip(reason)
    with postgres.shared().database() as url:
        store = open_store(tmp_path_factory.mktemp("data"), url)
        order: list[str] = []

        def second() -> None:
            with store.write():
                order.append("second")

        thread = threading.Thread(target=second)
        with store.write() as connection:
            thread.start()
            waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            while connection.exec_driver_sql(waits).first() is None:
                pass
            order.append("first")
        thread.join()
        store.close()
    assert order == ["first", "second"]
