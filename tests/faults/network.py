"""A TCP proxy between a service and a server, by which a test interrupts their network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from veche_local.servers.ports import LOOPBACK

CHUNK = 65_536


@dataclass(slots=True)
class TcpProxy:
    """Listens at ``port`` and forwards to ``target``, a port of this machine.

    ``disconnect`` resets all connections and refuses new ones, like a server that is down. ``stall`` drops all packets,
    like a firewall: connections stay, new ones are accepted, and no byte arrives. ``forget`` drops the packets of the
    present connections for ever, like a firewall after its restart.
    """

    target: int
    port: int = 0
    _forwarding: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _forgotten: set[asyncio.StreamWriter] = field(init=False, default_factory=set)
    _server: asyncio.Server | None = field(init=False, default=None)
    _connections: set[asyncio.StreamWriter] = field(init=False, default_factory=set)

    async def start(self) -> None:
        """Listen; the port stays the same after ``disconnect`` and ``restore``."""
        self._forwarding.set()
        self._server = await asyncio.start_server(self._connected, LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def disconnect(self) -> None:
        """Reset every connection and refuse new ones."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for writer in list(self._connections):
            writer.transport.abort()

    def stall(self) -> None:
        """Forward nothing from now on; connections stay open."""
        self._forwarding.clear()

    def forget(self) -> None:
        """Never again forward a byte of the present connections, in either direction."""
        self._forgotten |= self._connections

    async def restore(self) -> None:
        """Undo ``disconnect`` and ``stall``: delayed bytes are forwarded, except those of forgotten connections."""
        self._forwarding.set()
        if self._server is None:
            await self.start()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            target_reader, target_writer = await asyncio.open_connection(LOOPBACK, self.target)
        except OSError:  # the server is down
            writer.transport.abort()
            return
        self._connections |= {writer, target_writer}
        try:
            await asyncio.gather(self._forward(reader, target_writer), self._forward(target_reader, writer))
        finally:
            self._connections -= {writer, target_writer}

    async def _forward(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(CHUNK):
                await self._forwarding.wait()
                if sink not in self._forgotten:
                    sink.write(data)
                    await sink.drain()
        sink.close()


@asynccontextmanager
async def proxy_to(target: int, port: int = 0) -> AsyncIterator[TcpProxy]:
    """A proxy to a port of this machine, which forwards at first; it is closed at the end."""
    proxy = TcpProxy(target, port)
    await proxy.start()
    try:
        yield proxy
    finally:
        proxy._forwarding.set()
        await proxy.disconnect()
