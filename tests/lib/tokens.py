# SPDX-License-Identifier: Apache-2.0
"""OAuth2 as far as a mail server sees it, on loopback: who issues tokens and says whether they are
good (RFC 7662), and an IMAP server in front of Dovecot that ends a session when its token expires, as
Exchange Online does."""
import base64
import http.server
import json
import re
import secrets
import select
import socket
import ssl
import threading
import time

BYE = b"* BYE Session invalidated - AccessTokenExpired\r\n"
SECONDS = 20
TICK_SECONDS = 0.05

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


def token_in(said):
    """The token in what a client has said, once all of it is there."""
    found = re.search(rb"\r\n([A-Za-z0-9+/=]{100,})\r\n", said)
    token = found and re.search(rb"auth=Bearer ([^\x01]+)", base64.b64decode(found[1]))
    return token[1].decode() if token else None


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
        try:
            with client, socket.create_connection(("127.0.0.1", self.servers.imaps), SECONDS) as plain, \
                    self.context.wrap_socket(plain, server_hostname=self.servers.host) as server:
                self._pass_on(client, server)
        except OSError:
            pass

    def _pass_on(self, client, server):
        token, said, until = None, b"", 0
        while not until or time.time() < until:
            ready = [server] if server.pending() else select.select([client, server], [], [], TICK_SECONDS)[0]
            if client in ready:
                data = client.recv(65536)
                server.sendall(data)
                said = said if token else said + data
                token = token or token_in(said)
            if server in ready:
                data = server.recv(65536)
                client.sendall(data)
                if token and not until and re.search(rb"(?m)^h\d+ OK", data):
                    self.sessions.append(token)
                    until = self.issuer.tokens[token][1]
            if ready and not data:
                return
        self.ended += 1
        client.sendall(BYE)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
