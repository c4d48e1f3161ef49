from tests.fakes.terminal import Terminal


def test_who_changed_what_is_shown_the_newest_first(terminal: Terminal) -> None:
    terminal.good("rules", "add", "||a.example^")
    terminal.good("rules", "set", "1", "--comment", "why")
    rows = terminal.rows("audit")
    assert [row["action"] for row in rows[:2]] == ["rule 1 changed", "rule added: ||a.example^"]
    assert rows[0]["target"] == "rule 1"
    assert "rule added: ||a.example^" in terminal.good("audit").out


def test_it_is_filtered(terminal: Terminal) -> None:
    terminal.good("rules", "add", "||a.example^")
    terminal.good("rules", "add", "||b.example^")
    assert len(terminal.rows("audit", "-n", "1")) == 1
    assert [row["generation"] for row in terminal.rows("audit", "--action", "B.EXAMPLE")] == [3]
    assert terminal.rows("audit", "--who", "nobody") == []
    assert terminal.rows("audit", "--since", "1h")
