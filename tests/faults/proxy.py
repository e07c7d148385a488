"""A wire that can be cut: a TCP proxy on loopback that loses answers after the server has given them."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress
from types import TracebackType

RST_ON_CLOSE = struct.pack("ii", 1, 0)


class Wire:
    """Forward requests to a port; while `cut` is set, swallow each answer and reset the client's connection."""

    def __init__(self, port: int) -> None:
        self.target = ("127.0.0.1", port)
        self.cut = False
        self.swallowed = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Wire:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(self.target, timeout=20) as server:
            back = threading.Thread(target=self._answer, args=(server, client), daemon=True)
            back.start()
            while data := client.recv(65536):
                server.sendall(data)
            back.join(20)

    def _answer(self, server: socket.socket, client: socket.socket) -> None:
        """Pass the answer on, or, cut, wait for its first byte (the server has committed) and hang up."""
        with suppress(OSError):
            while data := server.recv(65536):
                if self.cut:
                    self.swallowed += 1
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RST_ON_CLOSE)
                    client.shutdown(socket.SHUT_RD)
                    client.close()
                    return
                client.sendall(data)
            client.shutdown(socket.SHUT_WR)
