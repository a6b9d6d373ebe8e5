"""Relays TCP connections on loopback, and can hold them as a pulled cable does, as any user.

Usage: relay.py ROUTES, a JSON list of {"node", "kind", "listen", "to", "inbound"}. Commands come on standard input, one a line,
and each is answered with "done":

    hold NODE KIND    nothing passes anymore. After PATIENCE seconds, the sides that aren't the node's are reset, as a kernel
                      resets a connection whose other end no longer answers. New connections are treated the same.
    mend NODE KIND    what was held goes on; connections that were reset on one side are reset on the other
    drop NODE KIND    resets all, with everything that has not yet arrived

KIND is a kind of the routes, or "all".
"""
import asyncio
import json
import sys
import threading

PATIENCE = 5.0


class Route:
    """A listening port. `inbound` routes lead to the node; the others lead from the node to something else."""

    def __init__(self, node, kind, listen, to, inbound):
        self.node, self.kind, self.listen, self.to, self.inbound = str(node), kind, listen, to, inbound
        self.held, self.pairs = False, set()

    def hold(self):
        self.held = True
        for pair in list(self.pairs):
            pair.hold()

    def mend(self):
        self.held = False
        for pair in list(self.pairs):
            pair.mend()

    def drop(self):
        self.held = False
        for pair in list(self.pairs):
            pair.abort()


class Side(asyncio.Protocol):
    """One end of a relayed connection."""

    def __init__(self, pair):
        self.pair, self.transport, self.other, self.waiting, self.full = pair, None, None, [], False

    def connection_made(self, transport):
        self.transport = transport
        self.pair.made(self)

    def data_received(self, data):
        self.other.send(data)

    def send(self, data):
        """Passes data on, or keeps it while the connection is held or not yet made."""
        self.waiting.append(data)
        self.flush()

    def flush(self):
        if self.transport is not None and not self.pair.route.held:
            for data in self.waiting:
                self.transport.write(data)
            self.waiting = []

    def pause_writing(self):
        self.full = True
        self.other.read_or_wait()

    def resume_writing(self):
        self.full = False
        self.other.read_or_wait()

    def read_or_wait(self):
        """Reads unless the connection is held or its other end is full."""
        if self.transport is None or self.transport.is_closing():
            return
        if self.pair.route.held or self.other.full:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

    def connection_lost(self, _):
        self.pair.lost(self)


class Pair:
    """A relayed connection: the side that connected to the relay, and the side to which it leads."""

    def __init__(self, route, loop):
        self.route, self.loop = route, loop
        self.near, self.far = Side(self), Side(self)
        self.near.other, self.far.other = self.far, self.near
        self.patience = None
        route.pairs.add(self)

    def made(self, side):
        if side is self.near:
            self.loop.create_task(self.connect())
        side.flush()
        if self.route.held:
            # Only after the event loop has begun to read.
            self.loop.call_soon(self.hold)

    async def connect(self):
        try:
            await self.loop.create_connection(lambda: self.far, "127.0.0.1", self.route.to)
        except OSError:
            self.abort()

    def hold(self):
        for side in (self.near, self.far):
            side.read_or_wait()
        if self.patience is None and self.route.kind != "replication":
            self.patience = self.loop.call_later(PATIENCE, self.give_up)

    def give_up(self):
        remote = self.near if self.route.inbound else self.far
        if self.route.held and remote.transport is not None:
            remote.transport.abort()

    def mend(self):
        if self.patience is not None:
            self.patience.cancel()
            self.patience = None
        if any(side.transport is not None and side.transport.is_closing() for side in (self.near, self.far)):
            self.abort()
        for side in (self.near, self.far):
            side.flush()
            side.read_or_wait()

    def abort(self):
        for side in (self.near, self.far):
            if side.transport is not None:
                side.transport.abort()
        self.route.pairs.discard(self)

    def lost(self, side):
        """Closes the other side too, unless the end can't be noticed there because the connection is held."""
        if self.route.held:
            return
        other = side.other
        if other.transport is not None:
            other.transport.close()
        self.route.pairs.discard(self)


async def main(routes):
    loop = asyncio.get_running_loop()
    for route in routes:
        await loop.create_server(lambda route=route: Pair(route, loop).near, "127.0.0.1", route.listen)
    print("ready", flush=True)
    ended = asyncio.Event()

    def obey(line):
        what, node, kind = line.split()
        for route in routes:
            if route.node == node and kind in ("all", route.kind):
                getattr(route, what)()
        print("done", flush=True)

    def read():
        for line in sys.stdin:
            loop.call_soon_threadsafe(obey, line)
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=read, daemon=True).start()
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main([Route(**route) for route in json.loads(sys.argv[1])]))
