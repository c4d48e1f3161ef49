from tests.bench import table
from tests.bench.hushgate import InForce
from tests.bench.load import Run
from tests.bench.table import Standing, Workload


def workload(server: str, *cpu: float) -> Workload:
    full = tuple(Run(sent=1001, completed=1000, rate=50_000 / each, cpu=each / 1000) for each in cpu)
    paced = (Run(100, 100, 2000, 0.003, (0.0001,) * 98 + (0.002, 0.003)),)
    return Workload(server, full, paced)


def test_medians_are_compared_with_unbound() -> None:
    text = table.workload("Hot", [workload("unbound", 5, 4, 9), workload("hushgate", 4, 4, 4)], 2000)
    assert text.splitlines()[4:] == [
        "| unbound | 5.00 (4.00–9.00) | 1.00 | 10,000 | 1.00 | 30.0 | 0.100 | 3.000 | 3 of 3,103 |",
        "| hushgate | 4.00 (4.00–4.00) | 0.80 | 12,500 | 1.25 | 30.0 | 0.100 | 3.000 | 3 of 3,103 |",
    ]


def test_without_unbound_there_are_no_ratios() -> None:
    assert "| hushgate | 4.00 (4.00–4.00) | – | 12,500 | – |" in table.workload(
        "Hot", [workload("hushgate", 4)], 1
    )


def test_start_of_a_peer_is_not_ours_to_know() -> None:
    text = table.standing([Standing("unbound", 0.25, 40, 50, 1), Standing("other", 0.0, 20, 25, 2)])
    assert "| unbound | 0.25 s | 40 MB | 50 MB | 1.00 | 1 |" in text
    assert "| other | – | 20 MB | 25 MB | 0.50 | 2 |" in text


def test_rules_in_force_are_told_with_the_worst() -> None:
    text = table.in_force([InForce(10, 500), InForce(20, 600), InForce(90, 900)])
    assert "after 20 ms, at worst 90 ms" in text
    assert "600 ms, at worst 900 ms" in text
