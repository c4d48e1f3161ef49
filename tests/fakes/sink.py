"""Where events go in tests: a list."""

from gateway.model import EventRow, VerdictRow


class ListSink:
    """Keeps what it is given, each row beside its verdict."""

    def __init__(self) -> None:
        self.batches: list[int] = []  # rows of each
        self.rows: list[tuple[EventRow, VerdictRow]] = []

    def put(self, verdicts: tuple[VerdictRow, ...], rows: tuple[EventRow, ...]) -> None:
        """As gateway.dns.feed.Sink wants it."""
        self.batches.append(len(rows))
        self.rows += [(row, verdicts[row.verdict]) for row in rows]

    def count(self, **wanted: object) -> int:
        """Sum of the counts of the rows in which these fields have these values."""
        return sum(
            row.count
            for row, verdict in self.rows
            if all(getattr(row if hasattr(row, key) else verdict, key) == wanted[key] for key in wanted)
        )
