"""A wire between a service and a server that a test can cut and mend: a TCP proxy on the loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from veche_local.servers.ports import LOOPBACK

CHUNK = 65_536


@dataclass(slots=True)
class Wire:
    """Passes bytes on to ``there`` (a port of this machine) and listens at ``port``.

    ``cut`` is a cable that was pulled where both ends notice; ``stall`` is a firewall that drops everything in silence:
    connections stay, new ones are taken, and no byte arrives; ``forget`` makes it a firewall that was started anew and
    knows nothing of the connections there were: they stay silent for ever.
    """

    there: int
    port: int = 0
    _whole: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _forgotten: set[asyncio.StreamWriter] = field(init=False, default_factory=set)
    _server: asyncio.Server | None = field(init=False, default=None)
    _open: set[asyncio.StreamWriter] = field(init=False, default_factory=set)

    async def start(self) -> None:
        """Listen; the port is kept when the wire is cut and mended."""
        self._whole.set()
        self._server = await asyncio.start_server(self._joined, LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break every connection and take no new one."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for writer in list(self._open):
            writer.transport.abort()

    def stall(self) -> None:
        """From now on nothing comes through, and nobody is told."""
        self._whole.clear()

    def forget(self) -> None:
        """No byte of the connections there are will ever arrive, in either direction."""
        self._forgotten |= self._open

    async def mend(self) -> None:
        """Undo ``cut`` and ``stall``: what was held back arrives, unless it is forgotten."""
        self._whole.set()
        if self._server is None:
            await self.start()

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection(LOOPBACK, self.there)
        except OSError:  # the server is dead itself
            writer.transport.abort()
            return
        self._open |= {writer, there_writer}
        try:
            await asyncio.gather(self._carry(reader, there_writer), self._carry(there_reader, writer))
        finally:
            self._open -= {writer, there_writer}

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(CHUNK):
                await self._whole.wait()
                if sink not in self._forgotten:
                    sink.write(data)
                    await sink.drain()
        sink.close()


@asynccontextmanager
async def wire_to(there: int, port: int = 0) -> AsyncIterator[Wire]:
    """A wire to a port of this machine, whole at first; gone at the end."""
    wire = Wire(there, port)
    await wire.start()
    try:
        yield wire
    finally:
        wire._whole.set()
        await wire.cut()
