"""A Letterbox server (docs/plugin-author.md): one account, HTTP/1.1, JSON."""
import base64
import http.server
import json
import threading
import urllib.parse

PAGE = 50


class Letterbox:
    """Serves while it is entered. `messages` is {id: octets}, oldest first; use add() and remove()."""

    def __init__(self, login, secret):
        self.proof = "Basic " + base64.b64encode(f"{login}:{secret}".encode()).decode()
        self.messages, self.made, self.state = {}, 0, 0
        self.lock = threading.Lock()
        self.requests = []

    def __enter__(self):
        box = self

        class Handler(_Handler):
            letterbox = box

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def add(self, octets):
        with self.lock:
            self.made += 1
            self.state += 1
            self.messages[f"m{self.made}"] = octets
            return f"m{self.made}"

    def remove(self, name):
        """False if it is not there."""
        with self.lock:
            self.state += 1
            return self.messages.pop(name, None) is not None

    def count(self, method):
        return sum(line.startswith(method + " ") for line in list(self.requests))

    def page(self, after):
        """ETag and JSON of a page."""
        with self.lock:
            names = list(self.messages)
            begin = names.index(after) + 1 if after in names else 0
            shown = names[begin:begin + PAGE]
            page = {"total": len(names), "messages": [{"id": name, "size": len(self.messages[name])} for name in shown]}
            if begin + PAGE < len(names):
                page["next"] = shown[-1]
            return f'"{self.state}"', json.dumps(page).encode()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def reply(self, status, body=b"", etag=None):
        self.send_response(status)
        if etag:
            self.send_header("ETag", etag)
        if status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def route(self):
        """The name of a message; "" for the listing; None if it was answered."""
        box = self.letterbox
        box.requests.append(self.command + " " + self.path)
        url = urllib.parse.urlsplit(self.path)
        if self.headers["Authorization"] != box.proof:
            return self.reply(401)
        if url.path == "/v1/account":
            return self.reply(200, b"{}")
        if url.path == "/v1/messages":
            return ""
        if url.path.startswith("/v1/messages/"):
            return url.path.rpartition("/")[2]
        return self.reply(404)

    def do_GET(self):
        name = self.route()
        if name is None:
            return
        box = self.letterbox
        if name == "":
            after = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("after", [""])[0]
            etag, body = box.page(after)
            if not after and self.headers["If-None-Match"] == etag:
                self.reply(304, etag=etag)
            else:
                self.reply(200, body, etag)
            return
        body = box.messages.get(name)
        self.reply(404) if body is None else self.reply(200, body)

    def do_DELETE(self):
        name = self.route()
        if name is not None:
            self.reply(204 if self.letterbox.remove(name) else 404)
