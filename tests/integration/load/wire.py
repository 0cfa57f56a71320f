"""One connection: octets, layers, and responses cut into tokens, strictly by RFC 9051 section 9."""
import re
import socket
import ssl
import zlib


class ProtocolError(AssertionError):
    """The server said what it must not say."""


class Atom(str):
    """A word of a response that was not quoted; strings are bytes, lists are lists, NIL is None."""


class Wire:
    """Octets to and from the server, through TLS and DEFLATE where they are on."""

    def __init__(self, port, timeout):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timeout = timeout
        self.buffer = bytearray()
        self.deflate = self.inflate = None
        self.history = []

    def remember(self, side, data):
        text = data if len(data) < 400 else data[:300] + b"...(%d octets)" % len(data)
        self.history.append(f"{side}: {bytes(text)!r}")
        if len(self.history) > 1200:
            del self.history[:600]

    def start_tls(self, certificate):
        if self.buffer:
            raise ProtocolError("something follows the answer to STARTTLS")
        context = ssl.create_default_context(cafile=certificate)
        self.sock = context.wrap_socket(self.sock, server_hostname="localhost")

    def start_deflate(self):
        self.deflate = zlib.compressobj(wbits=-15)
        self.inflate = zlib.decompressobj(wbits=-15)
        rest, self.buffer = bytes(self.buffer), bytearray()
        self.take(rest)

    def stop_deflate(self):
        self.deflate = self.inflate = None

    def send(self, data):
        self.remember("C", data)
        if self.deflate:
            data = self.deflate.compress(data) + self.deflate.flush(zlib.Z_SYNC_FLUSH)
        self.sock.sendall(data)

    def take(self, data):
        self.buffer += self.inflate.decompress(data) if self.inflate else data

    def fill(self):
        data = self.sock.recv(65536)
        if not data:
            raise EOFError("the server hung up")
        self.take(data)

    def ready(self, seconds=0.0):
        """Whether a line is there, or comes in so many seconds."""
        if b"\r\n" in self.buffer:
            return True
        self.sock.settimeout(seconds)
        try:
            while b"\r\n" not in self.buffer:
                self.fill()
        except (BlockingIOError, TimeoutError, ssl.SSLWantReadError):
            return False
        finally:
            self.sock.settimeout(self.timeout)
        return True

    def cut(self, size):
        while len(self.buffer) < size:
            self.fill()
        data = bytes(self.buffer[:size])
        del self.buffer[:size]
        return data

    def cut_line(self):
        start = 0
        while (end := self.buffer.find(b"\r\n", start)) < 0:
            start = max(0, len(self.buffer) - 1)
            self.fill()
        return self.cut(end + 2)[:-2]

    def response(self):
        """A whole response: its lines and literals in turn."""
        parts = [self.cut_line()]
        while (match := re.search(rb"~?\{(\d+)\}$", parts[-1])) and parts[-1][:2] != b"+ ":
            parts[-1] = parts[-1][:match.start()]
            parts += [self.cut(int(match[1])), self.cut_line()]
        self.remember("S", b"{}".join(parts[::2]) if len(parts) > 1 else parts[0])
        return parts

    def close(self):
        self.sock.close()


ATOM_END = re.compile(rb'[ ()"\x00-\x1f\x7f]')
SECTION = re.compile(rb'(?:BODY|BINARY(?:\.SIZE)?)\[[^\]]*\](?:<\d+>)?')
QUOTED = re.compile(rb'"((?:[^"\\\r\n\x00]|\\["\\])*)"')


class Tokens:
    """Cuts a response; a literal stands where its line ended."""

    def __init__(self, parts):
        self.lines, self.literals = parts[::2], parts[1::2]
        self.number, self.at = 0, 0

    @property
    def line(self):
        return self.lines[self.number]

    def fail(self, what):
        raise ProtocolError(f"{what} at {self.at} of {self.line!r}")

    def end(self):
        return self.at == len(self.line) and self.number == len(self.lines) - 1

    def peek(self):
        return self.line[self.at:self.at + 1]

    def space(self):
        if self.peek() != b" ":
            self.fail("no space")
        self.at += 1

    def word(self):
        """An atom up to the next delimiter."""
        match = SECTION.match(self.line, self.at)
        if match:
            self.at = match.end()
            return Atom(match[0].decode())
        match = ATOM_END.search(self.line, self.at)
        end = match.start() if match else len(self.line)
        if end == self.at:
            self.fail("no atom")
        text, self.at = self.line[self.at:end], end
        return None if text.upper() == b"NIL" else Atom(text.decode("utf-8"))

    def value(self):
        if self.at == len(self.line):
            if self.number == len(self.lines) - 1:
                self.fail("the end")
            data = self.literals[self.number]
            self.number, self.at = self.number + 1, 0
            return data
        first = self.peek()
        if first == b"(":
            return self.list()
        if first == b'"':
            match = QUOTED.match(self.line, self.at)
            if not match:
                self.fail("a bad quoted string")
            self.at = match.end()
            return re.sub(rb"\\(.)", rb"\1", match[1])
        return self.word()

    def list(self):
        self.at += 1
        out = []
        while self.peek() != b")":
            # BODYSTRUCTURE and ENVELOPE have lists that follow each other without a space (RFC 3501 section 9, body, env-from)
            if out and not (isinstance(out[-1], list) and self.peek() == b"("):
                self.space()
            out.append(self.value())
        self.at += 1
        return out

    def rest(self):
        """The values up to the end."""
        out = []
        while not self.end():
            if out and not (isinstance(out[-1], list) and self.peek() == b"("):     # THREAD
                self.space()
            out.append(self.value())
        return out

    def text(self):
        """(code, arguments, text) of a status response."""
        code, arguments = None, []
        if self.peek() == b"[":
            close = self.line.find(b"]", self.at)
            if close < 0:
                self.fail("a response code without its end")
            inner = Tokens([self.line[self.at + 1:close]])
            words = inner.rest()
            code, arguments = words[0].upper(), words[1:]
            self.at = close + 1
            if self.at < len(self.line):
                self.space()
        text = self.line[self.at:]
        self.at = len(self.line)
        if not self.end():
            self.fail("a literal in a text")
        return code, arguments, text.decode("utf-8")


def numbers(text):
    """The numbers of a sequence-set as a list, in the order given."""
    out = []
    for part in str(text).split(","):
        if not re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", part):
            raise ProtocolError(f"not a set of numbers: {text!r}")
        low, _, high = part.partition(":")
        low, high = int(low), int(high or low)
        out += range(low, high + 1) if low <= high else range(low, high - 1, -1)
    return out


def as_set(values):
    """The shortest sequence-set of some numbers."""
    out, values = [], sorted(set(values))
    for value in values:
        if out and value == out[-1][1] + 1:
            out[-1][1] = value
        else:
            out.append([value, value])
    return ",".join(str(a) if a == b else f"{a}:{b}" for a, b in out)
