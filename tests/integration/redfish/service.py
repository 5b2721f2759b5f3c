"""A Redfish service for the tests, where the third-party emulator has none of it: sessions, etags, TLS with a certificate of
its own, and faults. Pages are DMTF-shaped dictionaries by path; runs in the test's process, on loopback, on a free port."""
import base64
import hashlib
import http.server
import json
import socket
import ssl
import struct
import subprocess
import threading
import time

USER, PASSWORD = "monitor", "a-word-of-this-test"


def certificate(folder, name="service"):
    """A self-signed certificate for 127.0.0.1: its file, its key's, its fingerprint."""
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-out", cert, "-keyout", key],
                   check=True, capture_output=True)
    der = ssl.PEM_cert_to_DER_cert(cert.read_text())
    return cert, key, hashlib.sha256(der).hexdigest()


def members(*paths):
    return {"Members": [{"@odata.id": path} for path in paths], "Members@odata.count": len(paths)}


class Service:
    """pages: path -> dict, or a function that makes one. faults: path -> "404", "slow", "huge", "reset", ..."""

    def __init__(self, pages, folder=None, tls=None):
        self.pages, self.faults = pages, {}
        self.tokens, self.log = set(), []
        self.lock = threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        self.server.handle_error = lambda *args: None  # peers that leave are part of the tests
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def count(self, what):
        with self.lock:
            return sum(line.startswith(what) for line in self.log)

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def body_of(self, path):
        page = self.pages.get(path)
        return json.dumps(page() if callable(page) else page).encode() if page is not None else None

    def handler(service):  # noqa: N805
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def answer(self, status, body=b"", **headers):
                with service.lock:
                    service.log.append(f"{self.command} {self.path} {status}")
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def known(self):
                basic = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
                return self.headers.get("X-Auth-Token") in service.tokens or self.headers.get("Authorization") == basic

            def do_POST(self):
                account = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path != "/redfish/v1/SessionService/Sessions":
                    return self.answer(405)
                if account != {"UserName": USER, "Password": PASSWORD}:
                    return self.answer(401)
                token = f"token-{len(service.log)}"
                service.tokens.add(token)
                return self.answer(201, b"{}", X_Auth_Token=token, Location=f"/redfish/v1/SessionService/Sessions/{token}")

            def do_DELETE(self):
                if not self.path.startswith("/redfish/v1/SessionService/Sessions/token-"):
                    return self.answer(405)
                service.tokens.discard(self.path.rsplit("/", 1)[1])
                return self.answer(204)

            def do_GET(self):
                if not self.known():
                    return self.answer(401)
                fault = service.faults.get(self.path)
                if fault == "reset":
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.close_connection = True
                    return self.connection.close()
                if fault == "huge":
                    return self.answer(200, b" " * (2 << 20))
                if fault and fault.isdigit():
                    return self.answer(int(fault))
                body = service.body_of(self.path)
                if body is None:
                    return self.answer(404)
                etag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
                if self.headers.get("If-None-Match") == etag:
                    return self.answer(304, ETag=etag)
                if fault == "slow":
                    time.sleep(3)
                return self.answer(200, body, ETag=etag, Content_Type="application/json")

        return Handler
