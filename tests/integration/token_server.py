"""An authorization server (RFC 6749, RFC 7636, RFC 8628) for one client: codes, device codes, refresh tokens that change at each use.

    with TokenServer(on_token=drop.tokens.add) as server:
        server.approve("anna")      # what the user does in his browser
        ...
        server.revoke()             # and later: invalid_grant
"""
import base64
import contextlib
import hashlib
import http.server
import json
import secrets
import ssl
import threading
import urllib.parse

CLIENT = "postern-test"


class TokenServer:
    """on_token: called with each new access token; on_forget: with each that is worth nothing any more; tls: files of a certificate
    and its key."""

    def __init__(self, on_token, on_forget=lambda token: None, lifetime=3600, token_length=1500, tls=None):
        self.on_token, self.on_forget, self.lifetime, self.token_length = on_token, on_forget, lifetime, token_length
        self.guard = threading.Lock()
        self.questions = []         # forms that came to the token endpoint
        self.issued = []            # every token there ever was
        self.refresh_token = self.access_token = None
        self.device_codes = {}      # device code: whether the user has approved
        self.codes = {}             # authorization code: (challenge, redirect address)
        self.trouble = None         # (status, body) for every question
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
                with outer.guard:
                    status, body = outer.answer(self.path, form)
                text = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port, self.scheme = self.http.server_address[1], "http"
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True)
            self.scheme = "https"
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def settings(self, more=""):
        """An entry of `oauth:`, as YAML."""
        at = f"{self.scheme}://127.0.0.1:{self.port}"
        return f'{{ {more}token: "{at}/token", device: "{at}/device", authorize: "{at}/authorize?prompt=consent", client_id: {CLIENT}, scopes: "mail offline_access" }}'

    # --- what a user does

    def approve(self):
        """Confirms every device code that is waiting."""
        with self.guard:
            self.device_codes = dict.fromkeys(self.device_codes, True)

    def browse(self, address):
        """Opens the address and consents: the address the browser is sent to."""
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(address).query))
        assert query["response_type"] == "code" and query["code_challenge_method"] == "S256" and query["client_id"] == CLIENT, query
        assert query["prompt"] == "consent" and "offline_access" in query["scope"].split(), query
        code = secrets.token_urlsafe(20)
        with self.guard:
            self.codes[code] = (query["code_challenge"], query["redirect_uri"])
        return query["redirect_uri"] + "?" + urllib.parse.urlencode({"code": code, "state": query["state"]})

    def revoke(self):
        """The user takes his consent back."""
        with self.guard:
            self.forget_access_token()
            self.refresh_token = None

    # --- the server

    def forget_access_token(self):
        if self.access_token:
            self.on_forget(self.access_token)
        self.access_token = None

    def answer(self, path, form):
        if form.get("client_id") != CLIENT:
            return 401, {"error": "invalid_client"}
        if path == "/device":
            code = secrets.token_urlsafe(20)
            self.device_codes[code] = False
            return 200, {"device_code": code, "user_code": "WDJB-MJHT", "verification_uri": "https://example.net/device",
                         "expires_in": 600, "interval": 1}
        self.questions.append(form)
        if self.trouble:
            return self.trouble
        grant = {"refresh_token": self.refresh, "authorization_code": self.exchange,
                 "urn:ietf:params:oauth:grant-type:device_code": self.device}[form["grant_type"]](form)
        return (200, self.tokens()) if grant is None else (400, {"error": grant})

    def refresh(self, form):
        return None if self.refresh_token and form["refresh_token"] == self.refresh_token else "invalid_grant"

    def device(self, form):
        approved = self.device_codes.get(form["device_code"])
        if approved is None:
            return "expired_token"
        if not approved:
            return "authorization_pending"
        del self.device_codes[form["device_code"]]
        return None

    def exchange(self, form):
        challenge, redirect = self.codes.pop(form["code"], (None, None))
        digest = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        return None if challenge == digest and redirect == form["redirect_uri"] else "invalid_grant"

    def tokens(self):
        self.forget_access_token()
        self.refresh_token = "refresh-" + secrets.token_urlsafe(30)
        self.access_token = "access-" + secrets.token_urlsafe(self.token_length)[:self.token_length]
        self.issued += [self.refresh_token, self.access_token]
        self.on_token(self.access_token)
        return {"access_token": self.access_token, "refresh_token": self.refresh_token, "expires_in": self.lifetime, "token_type": "Bearer"}


@contextlib.contextmanager
def token_server_for(drop, **options):
    """One whose tokens open this maildrop."""
    with TokenServer(drop.tokens.add, drop.tokens.discard, **options) as server:
        yield server
