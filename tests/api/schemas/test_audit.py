from api.schemas.audit import AuditEntry
from gateway.store.audit import Entry


def test_an_entry_is_shown_as_it_is_stored() -> None:
    entry = Entry(1, 5, "Anna", "", "rule added", "rule 1", {"after": {"text": "x"}}, 7)
    assert AuditEntry.of(entry).model_dump() == {
        "id": 1,
        "time": 5,
        "who": "Anna",
        "whence": "",
        "action": "rule added",
        "target": "rule 1",
        "detail": {"after": {"text": "x"}},
        "generation": 7,
    }
