"""The hot loop: packets in, ready answers out, in batches. Everything else is somebody else's business."""

import time
from collections.abc import Callable

from gateway.dns.batch import SLOT_SIZE, SLOTS, BatchSocket
from gateway.dns.memo import Client, Clients

# The loop also serves TCP, upstreams and control: under full load it hands over this often.
MAX_BUSY = 0.004  # seconds
# While somebody waits at the control socket, whose answer takes some eight turns of the loop.
MAX_BUSY_HURRIED = 0.0005

# (slot, packet, client) → the reply without its id; None: none now, perhaps later, perhaps never.
Fresh = Callable[[BatchSocket, int, bytes, Client], bytes | None]

# Slot, where its packet begins behind the id, where the size of its reply is noted.
_SLOTS = tuple((slot, slot * SLOT_SIZE + 2, 2 * slot + 1) for slot in range(SLOTS))


class UdpServer:
    """Serves one UDP socket of one worker."""

    def __init__(self, batch: BatchSocket, clients: Clients, limit: int, fresh: Fresh) -> None:
        self.batch = batch
        self.packets = 0
        self.lost = 0  # replies that the kernel would not take
        self.limited = 0  # packets of clients that sent too many in this second
        self.hurried = False  # is somebody else of this loop waiting?
        self._clients = clients
        self._limit = limit
        self._fresh = fresh

    def receive(self) -> None:
        """Serve what has come in, for at most MAX_BUSY seconds."""
        until = time.monotonic() + (MAX_BUSY_HURRIED if self.hurried else MAX_BUSY)
        while count := self.batch.receive():
            self.packets += count
            skip = self._serve(count)
            self.lost += self.batch.send(count, skip)
            if time.monotonic() >= until:
                return

    def _serve(self, count: int) -> list[int]:
        """Write the replies of a batch over its packets; the slots that get none."""
        # Local names and no calls: these lines are the product's speed (see tests/bench).
        batch, known, limit = self.batch, self._clients.known, self._limit
        data, sizes = batch.data, batch.out_words
        skip: list[int] = []
        last: int | bytes | None = None
        for (slot, begin, size_at), length, peer in zip(
            _SLOTS, batch.lengths(count), batch.peers(count), strict=False
        ):
            if peer != last:  # packets of one phone come together
                last = peer
                client = known.get(peer) or self._clients.meet(peer, batch.address(slot))
                memo = client.memo
            client.count = asked = client.count + 1
            if asked > limit:
                self.limited += 1
                skip.append(slot)
                continue
            key = data[begin : begin + length - 2]
            ready = memo.get(key)
            if ready is not None:
                if not ready.count:
                    client.touched.append(ready)
                ready.count += 1
                reply = ready.reply
            else:
                fresh = self._fresh(batch, slot, data[begin - 2 : begin] + key, client)
                if fresh is None:
                    skip.append(slot)
                    continue
                reply = fresh
            size = len(reply)
            data[begin : begin + size] = reply
            sizes[size_at] = size + 2
        return skip
