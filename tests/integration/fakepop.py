#!/usr/bin/env python3
"""A POP3 server that can be told to misbehave (RFC 1939, 2449, 2595).

Its maildrop is real: deletion marks per session, committed at QUIT, one session a maildrop. How it answers is a set of
switches (Behaviour), and single answers are spoilt by faults (FakePop.fault). Everything a client says is logged.

    with FakePop() as server:
        drop = server.maildrop("user", "pass")
        drop.add(b"Subject: one\\r\\n\\r\\nbody\\r\\n")
        server.fault("RETR", nth=2, action="cut", at=0.5)
        ... # a client works against server.port
        assert server.count("RETR") == 3

For tests in other languages: `fakepop.py --control` prints a JSON line with its port, then obeys JSON lines on its input,
[METHOD, ARGUMENT...] each, and answers each with one: see Control.
"""
import base64
import dataclasses
import hashlib
import json
import os
import random
import socket
import ssl
import subprocess
import sys
import threading
import time


@dataclasses.dataclass
class Behaviour:
    """How the server is, until somebody changes it."""
    tls: str = "none"                   # none, starttls, implicit
    tls_required: bool = False          # no login before STLS
    certificate: str = ""               # PEM files of the certificate and its key
    key: str = ""
    greeting: str = "+OK fake POP3 server ready"
    capa: str = "full"                  # full, error (-ERR), close (hangs up)
    capabilities: tuple = ()            # further lines in both states
    capabilities_after_login: tuple = ()    # further lines after login
    uidl: bool = True                   # speaks UIDL
    top: bool = True
    pipelining: bool = False
    sasl_plain: bool = True
    token_mechanisms: tuple = ()        # XOAUTH2, OAUTHBEARER: names and tokens are Maildrop.tokens
    sizes: str = "exact"                # exact, zero, half, double, lf (counts LF line ends)
    hide_after_retr: bool = False       # retrieved and QUIT: gone from every later listing, as Gmail does
    window: int = 0                     # shows only the first so many messages of a session
    dele: str = "quit"                  # quit; at_once; ignored; on_drop (a lost line commits as QUIT does)
    login_refusal: str = ""             # -ERR text for every login
    login_interval: float = 0           # seconds between two logins; sooner gives [LOGIN-DELAY]
    stuffing: bool = True               # dot-stuffs the lines of messages
    after_stls: bytes = b""             # injected in plain text behind the +OK to STLS
    pace: float = 0                     # seconds before the answer to each RETR: a slow line
    idle_timeout: float = 60


@dataclasses.dataclass
class Message:
    uid: str
    data: bytes                         # CRLF line ends
    hidden: bool = False


class Maildrop:
    """What one user has on the server. All methods may be called while sessions run."""

    def __init__(self, name, password):
        self.name, self.password = name, password
        self.tokens = set()
        self.guard = threading.RLock()
        self.messages = []
        self.session = None             # who holds the maildrop's lock
        self.deleted = []               # uids that clients have removed, in order
        self.next_uid = 1
        self.last_login = None
        self.logins = []                # when somebody was let in, monotonic seconds

    def add(self, data, uid=None):
        """Puts a message at the end; line ends become CRLF. Returns its UIDL."""
        if isinstance(data, str):
            data = data.encode()
        with self.guard:
            if uid is None:
                uid, self.next_uid = f"uid{self.next_uid:06d}", self.next_uid + 1
            self.messages.append(Message(uid, data))
            return uid

    def remove(self, uid):
        """As another client of this maildrop would."""
        with self.guard:
            self.messages = [m for m in self.messages if m.uid != uid]

    def clear(self):
        with self.guard:
            self.messages = []

    def renumber(self, prefix="new"):
        """A migration: every message gets another UIDL."""
        with self.guard:
            for i, message in enumerate(self.messages):
                message.uid = f"{prefix}{i:06d}"

    def uids(self):
        with self.guard:
            return [m.uid for m in self.messages]

    def hashes(self):
        with self.guard:
            return sorted(hashlib.sha256(m.data).hexdigest() for m in self.messages)


@dataclasses.dataclass
class Fault:
    """Spoils answers to a command.

    action  error   -ERR text, the command is not carried out
            close   hangs up instead of carrying it out
            lose    carries it out and hangs up instead of answering
            cut     sends the fraction `at` of the answer and hangs up
            hang    carries it out and never answers (until the client goes or `seconds` have passed)
            drip    sends the answer in single octets, `seconds` for all of it
            garble  answers with something that is no POP3
    """
    command: str                        # "CONNECT" spoils the greeting
    action: str
    nth: int = 0                        # only the nth such command from now on; 0: every
    times: int = -1                     # how often; -1: for ever
    argument: str = ""                  # only with this argument
    chance: float = 1.0
    at: float = 0.5
    seconds: float = 5.0
    text: str = "[SYS/TEMP] try again later"
    seen: int = 0

    def matches(self, command, argument, dice):
        if command != self.command or self.times == 0 or (self.argument and argument != self.argument):
            return False
        self.seen += 1
        if (self.nth and self.seen != self.nth) or dice.random() >= self.chance:
            return False
        self.times -= self.times > 0
        return True


@dataclasses.dataclass
class Entry:
    """One command of a client."""
    time: float
    session: int
    command: str
    argument: str
    state: str                          # authorization, transaction


class Hangup(Exception):
    pass


class Session:
    """One connection."""

    def __init__(self, server, sock, number):
        self.server, self.sock, self.number = server, sock, number
        self.behaviour = server.behaviour
        self.buffer = b""
        self.user = ""
        self.drop = None
        self.view = []                  # the messages as numbered in this session
        self.marked = set()             # numbers
        self.retrieved = set()
        self.secure = False

    # --- the line

    def run(self):
        try:
            self.sock.settimeout(self.behaviour.idle_timeout)
            if self.behaviour.tls == "implicit":
                self.start_tls()
            self.answer("CONNECT", "", [self.behaviour.greeting.encode() + b"\r\n"])
            while True:
                line = self.read_line().decode("latin-1")
                word, _, argument = line.partition(" ")
                self.perform(word.upper(), argument.strip())
        except (Hangup, OSError, ssl.SSLError):
            if self.behaviour.dele == "on_drop":
                self.commit()
        finally:
            self.release()
            try:
                self.sock.close()
            except OSError:
                pass

    def read_line(self):
        while b"\n" not in self.buffer:
            data = self.sock.recv(65536)
            if not data:
                raise Hangup()
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r")

    def start_tls(self):
        self.buffer = b""
        self.sock = self.server.tls_context().wrap_socket(self.sock, server_side=True)
        self.secure = True

    def perform(self, command, argument):
        self.server.record(self, command, argument)
        fault = self.server.fault_for(command, argument)
        if fault and fault.action == "close":
            raise Hangup()
        if fault and fault.action == "error":
            return self.send(b"-ERR " + fault.text.encode() + b"\r\n")
        if fault and fault.action == "garble":
            return self.send(b"\x00\xff nonsense {5}\r\n")
        handler = getattr(self, "do_" + command.lower(), None)
        allowed = self.drop is not None or command in ("USER", "PASS", "AUTH", "CAPA", "STLS", "QUIT", "NOOP")
        if not handler or not allowed:
            return self.send(b"-ERR not now\r\n" if handler else b"-ERR unknown command\r\n")
        self.answer(command, argument, handler(argument), fault)
        if command == "QUIT":
            raise Hangup()
        return None

    def answer(self, command, argument, pieces, fault=None):
        if command == "CONNECT":
            fault = self.server.fault_for(command, argument)
        if not fault:
            for piece in pieces:
                self.send(piece)
            return
        text = b"".join(pieces)
        if fault.action in ("lose", "close"):
            raise Hangup()
        if fault.action == "hang":
            self.sock.settimeout(fault.seconds)
            while self.sock.recv(65536):
                pass
            raise Hangup()
        if fault.action == "cut":
            self.send(text[:int(len(text) * fault.at)])
            raise Hangup()
        if fault.action == "drip":
            for i in range(len(text)):
                self.send(text[i:i + 1])
                time.sleep(fault.seconds / len(text))
            return
        self.send(text)

    def send(self, data):
        self.server.bytes_sent += len(data)
        self.sock.sendall(data)

    # --- authorization

    def do_capa(self, _):
        behaviour = self.behaviour
        if behaviour.capa == "close":
            raise Hangup()
        if behaviour.capa == "error":
            return [b"-ERR unknown command\r\n"]
        lines = ["USER", "RESP-CODES", "AUTH-RESP-CODE"]
        lines += ["UIDL"] * behaviour.uidl + ["TOP"] * behaviour.top + ["PIPELINING"] * behaviour.pipelining
        mechanisms = ["PLAIN"] * behaviour.sasl_plain + list(behaviour.token_mechanisms)
        lines += ["SASL " + " ".join(mechanisms)] if mechanisms else []
        lines += ["STLS"] * (behaviour.tls == "starttls" and not self.secure)
        lines += list(behaviour.capabilities) + (list(behaviour.capabilities_after_login) if self.drop else [])
        return [b"+OK\r\n" + "".join(line + "\r\n" for line in lines).encode() + b".\r\n"]

    def do_stls(self, _):
        if self.behaviour.tls != "starttls" or self.secure:
            return [b"-ERR no TLS here\r\n"]
        self.send(b"+OK begin\r\n" + self.behaviour.after_stls)
        self.start_tls()
        return []

    def do_user(self, name):
        self.user = name
        return [b"+OK\r\n"]

    def do_pass(self, password):
        return self.login(self.user, password)

    def do_auth(self, argument):
        mechanism, _, initial = argument.partition(" ")
        if mechanism.upper() in self.behaviour.token_mechanisms:
            return self.token_login(mechanism.upper(), initial)
        if mechanism.upper() != "PLAIN" or not self.behaviour.sasl_plain:
            return [b"-ERR unknown mechanism\r\n"]
        if not initial:
            self.send(b"+ \r\n")
            initial = self.read_line().decode("latin-1")
        try:
            _, name, password = base64.b64decode(initial).decode().split("\0")
        except ValueError:
            return [b"-ERR malformed\r\n"]
        return self.login(name, password)

    def token_login(self, mechanism, initial):
        """RFC 7628, and XOAUTH2 in two steps: a refusal is a challenge first."""
        if not initial:
            self.send(b"+ \r\n")
            initial = self.read_line().decode("latin-1")
        parts = base64.b64decode(initial).decode().split("\x01")
        fields = dict(part.split("=", 1) for part in parts if "=" in part and not part.startswith("n,"))
        name = parts[0][4:-1] if mechanism == "OAUTHBEARER" else fields.get("user", "")
        drop = self.server.maildrops.get(name)
        if drop and fields.get("auth", "").removeprefix("Bearer ") in drop.tokens:
            self.server.token_logins.append(mechanism)
            return self.login(name, drop.password)
        self.server.failed_logins += 1
        self.send(b"+ " + base64.b64encode(b'{"status":"401","schemes":"bearer"}') + b"\r\n")
        answer = self.read_line()
        if answer.strip() != (b"AQ==" if mechanism == "OAUTHBEARER" else b""):
            raise Hangup()
        return [b"-ERR [AUTH] invalid token\r\n"]

    def login(self, name, password):
        behaviour, drop = self.behaviour, self.server.maildrops.get(name)
        if behaviour.tls_required and not self.secure:
            return [b"-ERR use STLS first\r\n"]
        if behaviour.login_refusal:
            return [f"-ERR {behaviour.login_refusal}\r\n".encode()]
        if not drop or drop.password != password:
            self.server.failed_logins += 1
            return [b"-ERR [AUTH] wrong name or password\r\n"]
        with drop.guard:
            now = time.monotonic()
            if drop.session is not None:
                self.server.in_use += 1
                return [b"-ERR [IN-USE] another session has the maildrop\r\n"]
            if drop.last_login is not None and now - drop.last_login < behaviour.login_interval:
                return [b"-ERR [LOGIN-DELAY] too soon\r\n"]
            drop.session, drop.last_login = self, now
            drop.logins.append(now)
            shown = [m for m in drop.messages if not m.hidden]
            self.view = shown[:behaviour.window] if behaviour.window else shown
        self.drop = drop
        self.server.count_session(+1)
        return [b"+OK maildrop locked and ready\r\n"]

    # --- transaction

    def size(self, message):
        exact = len(message.data)
        return {"exact": exact, "zero": 0, "half": exact // 2, "double": exact * 2,
                "lf": exact - message.data.count(b"\r\n")}[self.behaviour.sizes]

    def living(self):
        return [(n, m) for n, m in enumerate(self.view, 1) if n not in self.marked]

    def one(self, argument):
        """The message of that number, or None."""
        number = int(argument.split()[0]) if argument.split() and argument.split()[0].isdigit() else 0
        return self.view[number - 1] if 1 <= number <= len(self.view) and number not in self.marked else None

    def do_noop(self, _):
        return [b"+OK\r\n"]

    def do_stat(self, _):
        living = self.living()
        return [b"+OK %d %d\r\n" % (len(living), sum(self.size(m) for _, m in living))]

    def listing(self, argument, value):
        if argument:
            message = self.one(argument)
            return [f"+OK {argument} {value(message)}\r\n".encode() if message else b"-ERR no such message\r\n"]
        return [b"+OK\r\n" + "".join(f"{n} {value(m)}\r\n" for n, m in self.living()).encode("utf-8") + b".\r\n"]

    def do_list(self, argument):
        return self.listing(argument, self.size)

    def do_uidl(self, argument):
        if not self.behaviour.uidl:
            return [b"-ERR unknown command\r\n"]
        return self.listing(argument, lambda message: message.uid)

    def multiline(self, data):
        if self.behaviour.stuffing:
            data = (b"\r\n" + data).replace(b"\r\n.", b"\r\n..")[2:]
        return data + (b"" if data.endswith(b"\r\n") else b"\r\n") + b".\r\n"

    def do_retr(self, argument):
        message = self.one(argument)
        if not message:
            return [b"-ERR no such message\r\n"]
        time.sleep(self.behaviour.pace)
        self.retrieved.add(int(argument))
        return [b"+OK %d octets\r\n" % self.size(message), self.multiline(message.data)]

    def do_top(self, argument):
        message = self.one(argument)
        if not self.behaviour.top or not message:
            return [b"-ERR no such message\r\n" if self.behaviour.top else b"-ERR unknown command\r\n"]
        lines = int((argument.split() + ["0"])[1])
        head, blank, body = message.data.partition(b"\r\n\r\n")
        return [b"+OK\r\n", self.multiline(head + blank + b"".join(body.splitlines(True)[:lines]))]

    def do_dele(self, argument):
        message = self.one(argument)
        if not message:
            return [b"-ERR no such message\r\n"]
        number = int(argument)
        self.marked.add(number)
        if self.behaviour.dele == "at_once":
            self.erase([message])
        return [b"+OK marked\r\n"]

    def do_rset(self, _):
        self.marked.clear()
        return [b"+OK\r\n"]

    def do_quit(self, _):
        self.commit()
        return [b"+OK bye\r\n"]

    def erase(self, messages):
        with self.drop.guard:
            gone = [m for m in messages if any(m is kept for kept in self.drop.messages)]
            self.drop.messages = [m for m in self.drop.messages if not any(m is g for g in gone)]
            self.drop.deleted += [m.uid for m in gone]

    def commit(self):
        if self.drop is None:
            return
        if self.behaviour.dele != "ignored":
            self.erase([self.view[n - 1] for n in sorted(self.marked)])
        if self.behaviour.hide_after_retr:
            for number in self.retrieved:
                self.view[number - 1].hidden = True
        self.release()

    def release(self):
        if self.drop is not None:
            with self.drop.guard:
                if self.drop.session is self:
                    self.drop.session = None
                    self.server.count_session(-1)


class FakePop:
    """Listens on `port` of 127.0.0.1, a thread for each connection."""

    def __init__(self, port=0, seed=1):
        self.behaviour = Behaviour()
        self.maildrops = {}
        self.guard = threading.Lock()
        self.faults = []
        self.entries = []
        self.bytes_sent = 0
        self.failed_logins = 0
        self.token_logins = []          # mechanisms, in order
        self.in_use = 0                 # logins that another session's lock refused
        self.sessions = 0
        self.signed_in = self.most_signed_in = 0    # sessions that hold a maildrop: now, and at most
        self.dice = random.Random(seed)
        self.socket = socket.create_server(("127.0.0.1", port), backlog=128)
        self.port = self.socket.getsockname()[1]
        self.thread = None
        self.open = set()

    def __enter__(self):
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        # Wakes the thread in accept(), which close() alone does not.
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()
        self.hang_up()

    def accept(self):
        while True:
            try:
                sock, _ = self.socket.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.guard:
                self.sessions += 1
                session = Session(self, sock, self.sessions)
                self.open.add(session)
            threading.Thread(target=self.serve, args=(session,), daemon=True).start()

    def serve(self, session):
        try:
            session.run()
        finally:
            with self.guard:
                self.open.discard(session)

    def tls_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.behaviour.certificate, self.behaviour.key)
        return context

    def record(self, session, command, argument):
        shown = "*" if command in ("PASS", "AUTH") else argument
        with self.guard:
            self.entries.append(Entry(time.monotonic(), session.number, command, shown,
                                      "transaction" if session.drop else "authorization"))

    def fault_for(self, command, argument):
        with self.guard:
            return next((f for f in self.faults if f.matches(command, argument, self.dice)), None)

    def count_session(self, change):
        with self.guard:
            self.signed_in += change
            self.most_signed_in = max(self.most_signed_in, self.signed_in)

    # --- what tests say

    def maildrop(self, name="user", password="pass"):
        """The user's maildrop, made where missing."""
        return self.maildrops.setdefault(name, Maildrop(name, password))

    def fault(self, command, action, **details):
        """Adds a fault; the first that matches acts."""
        with self.guard:
            self.faults.append(Fault(command.upper(), action, **details))

    def heal(self):
        """No more faults."""
        with self.guard:
            self.faults = []

    def hang_up(self):
        """Cuts every connection."""
        with self.guard:
            sessions = list(self.open)
        for session in sessions:
            try:
                session.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def log(self, command=None):
        """The commands so far, in order of arrival."""
        with self.guard:
            return [e for e in self.entries if command in (None, e.command)]

    def count(self, command):
        return len(self.log(command.upper()))


class Control:
    """The server as seen over its control channel: each public method is a command."""

    def __init__(self, server):
        self.server = server

    def add(self, user, text, uid=None):
        return self.server.maildrops[user].add(text.encode("latin-1"), uid)

    def add_file(self, user, path, uid=None):
        with open(path, "rb") as file:
            data = file.read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        return self.server.maildrops[user].add(data, uid)

    def maildrop(self, name, password):
        self.server.maildrop(name, password)

    def fill(self, user, count):
        """Many small messages of all sizes up to 2 kB, each with its own number as its subject."""
        for number in range(count):
            self.server.maildrops[user].add(b"From: a@example.org\r\nTo: b@example.org\r\nSubject: %d\r\nMessage-ID: <%d@example.org>\r\n\r\n"
                                            b"Text of %d.\r\n%s" % (number, number, number, b"More.\r\n" * (number * 7919 % 251)))

    def most_sessions(self):
        """So many held a maildrop at once, since this was asked last."""
        with self.server.guard:
            most, self.server.most_signed_in = self.server.most_signed_in, self.server.signed_in
        return most

    def logins(self):
        """{user: [seconds]}: when each was let in."""
        return {name: list(drop.logins) for name, drop in self.server.maildrops.items()}

    def remove(self, user, uid):
        self.server.maildrops[user].remove(uid)

    def renumber(self, user, prefix="new"):
        self.server.maildrops[user].renumber(prefix)

    def uids(self, user):
        return self.server.maildrops[user].uids()

    def deleted(self, user):
        return self.server.maildrops[user].deleted

    def set(self, name, value):
        """Changes one switch of Behaviour."""
        if name not in {field.name for field in dataclasses.fields(Behaviour)}:
            raise ValueError(f"no switch {name}")
        setattr(self.server.behaviour, name, value)

    def fault(self, command, action, details=None):
        self.server.fault(command, action, **(details or {}))

    def heal(self):
        self.server.heal()

    def hang_up(self):
        self.server.hang_up()

    def count(self, command):
        return self.server.count(command)

    def sent(self):
        """Octets of all answers so far."""
        return self.server.bytes_sent

    def log(self):
        return [dataclasses.asdict(entry) for entry in self.server.log()]

    def run(self, lines, out):
        for line in lines:
            method, *arguments = json.loads(line)
            try:
                answer = {"ok": getattr(self, method)(*arguments)}
            except (AttributeError, KeyError, TypeError, ValueError, OSError) as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), file=out, flush=True)


class Process:
    """A server in a process of its own, so that it and the test do not wait for each other: `process.NAME(ARGUMENT...)` is a method of
    its Control."""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-B", __file__, "--control"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()

    def __getattr__(self, name):
        def call(*arguments):
            print(json.dumps([name, *arguments]), file=self.process.stdin, flush=True)
            answer = json.loads(self.process.stdout.readline())
            if "error" in answer:
                raise RuntimeError(answer["error"])
            return answer["ok"]
        return call


def main():
    if sys.argv[1:] != ["--control"]:
        sys.exit(__doc__)
    with FakePop() as server:
        print(json.dumps({"port": server.port, "pid": os.getpid()}), flush=True)
        Control(server).run(sys.stdin, sys.stdout)


if __name__ == "__main__":
    main()
