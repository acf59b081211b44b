"""A Java that goes away while it is asked leaves no traceback on the terminal."""

import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

pytest.importorskip("pyspark")

# SO_LINGER of no seconds: the connection is reset, as the system does for a process that was killed.
RESET = struct.pack("ii", 1, 0)
ASK = """
import os
import sys
from py4j.clientserver import ClientServer, JavaParameters, PythonParameters
from audit.engine.spark_session import still_py4j

if "quiet" in sys.argv:
    still_py4j()
client = ClientServer(JavaParameters(port=int(sys.argv[1]), auto_close=False), PythonParameters(port=0))
print(client._gateway_client.send_command("p\\ne\\n"), flush=True)
os._exit(0)  # its server would wait for a Java
"""


@pytest.fixture
def dying_java() -> Iterator[int]:
    """A port whose listener takes a question and is gone."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        for _ in range(3):
            try:
                connection, _peer = listener.accept()
            except OSError:
                return
            connection.recv(1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            connection.close()

    threading.Thread(target=answer, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


@pytest.mark.parametrize("how", ["loud", "quiet"])
def test_a_java_that_is_gone_amid_an_answer_leaves_no_traceback(dying_java: int, how: str) -> None:
    asked = subprocess.run(
        [sys.executable, "-c", ASK, str(dying_java), how], capture_output=True, text=True, timeout=60, check=False
    )

    assert asked.returncode == 0, asked.stderr
    assert ("Traceback" in asked.stderr) == (how == "loud")
