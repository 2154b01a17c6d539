# SPDX-License-Identifier: Apache-2.0
"""OAuth2 as far as a mail server sees it, on loopback: who issues tokens and says whether they are
good (RFC 7662), and an IMAP server in front of Dovecot that ends a session when its token expires, as
Exchange Online does."""
import base64
import http.server
import json
import re
import secrets
import socket
import ssl
import threading
import time

BYE = b"* BYE Session invalidated - AccessTokenExpired\r\n"
SECONDS = 20

# Dovecot asks whether a token is good for every login.
DOVECOT = """
auth_mechanisms = plain login xoauth2
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {file}
}}
"""
INTROSPECTION = """\
introspection_mode = auth
introspection_url = http://127.0.0.1:{port}/
username_attribute = username
active_attribute = active
active_value = yes
"""


class Issuer:
    """`tokens` maps each token that was issued to (user, when it expires)."""

    def __init__(self):
        self.tokens = {}
        issuer = self

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                token = self.headers.get("Authorization", "").partition(" ")[2]
                user, expires = issuer.tokens.get(token, ("", 0))
                body = json.dumps({"active": "yes" if time.time() < expires else "no", "username": user}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def issue(self, user, seconds):
        # As long as those of Microsoft are.
        token = secrets.token_urlsafe(1500)
        self.tokens[token] = (user, time.time() + seconds)
        return token

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Expiring:
    """Plain on loopback, with TLS to Dovecot. `sessions` holds the token of each session that got in, `ended`
    counts those that were ended because it expired."""

    def __init__(self, servers, issuer):
        self.servers, self.issuer = servers, issuer
        self.sessions, self.ended = [], 0
        self.context = ssl.create_default_context(cafile=servers.ca)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            client.settimeout(SECONDS)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client):
        with client, socket.create_connection(("127.0.0.1", self.servers.imaps), SECONDS) as plain, \
                self.context.wrap_socket(plain, server_hostname=self.servers.host) as server:
            seen = []
            threading.Thread(target=self._up, args=(client, server, seen), daemon=True).start()
            until = 0
            server.settimeout(0.05)
            while True:
                try:
                    data = server.recv(65536)
                    if not data:
                        return
                    if seen and not until and re.search(rb"(?m)^h\d+ OK", data):
                        self.sessions.append(seen[0])
                        until = self.issuer.tokens[seen[0]][1]
                    client.sendall(data)
                except TimeoutError:
                    pass
                except OSError:
                    return
                if until and time.time() >= until:
                    self.ended += 1
                    client.sendall(BYE)
                    client.shutdown(socket.SHUT_RDWR)
                    return

    @staticmethod
    def _up(client, server, seen):
        """What the client says; its token is noted on the way."""
        try:
            for line in client.makefile("rb"):
                if not seen:
                    found = re.match(rb"[A-Za-z0-9+/=]{100,}\r\n\Z", line)
                    said = base64.b64decode(line) if found else b""
                    if token := re.search(rb"auth=Bearer ([^\x01]+)", said):
                        seen.append(token[1].decode())
                server.sendall(line)
            server.shutdown(socket.SHUT_RDWR)
        except (OSError, ValueError):
            pass

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
