#!/usr/bin/env python3
"""Bad input: garbage, oversize lines and literals, half commands, thousands of silent connections, readers that do not read. The server
stays up, its memory bounded, and another client works on undisturbed all the while."""
import contextlib
import os
import random
import resource
import socket
import threading
import unittest

import support
from imap_client import Client
from servers import Postern

SANITIZED = os.environ.get("POSTERN_SANITIZED") == "1"     # its memory is the sanitizer's
MANY = 1_000 if SANITIZED else 10_000
KIB = 1 << 10
MIB = 1 << 20


class Bystander(threading.Thread):
    """Another client, which must notice nothing."""

    def __init__(self, port):
        super().__init__()
        self.client = Client(port, user="bystander")
        self.stopping = threading.Event()
        self.rounds, self.failure = 0, None

    def run(self):
        try:
            while not self.stopping.is_set():
                Client.ok(self.client.append("INBOX", None, None, b"Subject: still here\r\n\r\nbody\r\n"))
                self.client.exists(readonly=False)
                Client.ok(self.client.fetch("1", "(FLAGS BODY.PEEK[])"))
                self.client.remove(self.client.find("ALL"))
                self.rounds += 1
        except Exception as error:      # reported by the test
            self.failure = error


class Abuse(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        if hard < MANY + 1000:
            raise RuntimeError(f"{hard} file descriptors are too few for these tests")

    def setUp(self):
        # A server for each: memory that an earlier test made it take would hide what this one takes.
        users = {"test1": "pass", "bystander": "pass"}
        self.postern = self.enterContext(Postern(users=users, extra={"auth": "{ hash_memory: 1M, hash_passes: 1, rates: false }"}))
        self.before = self.memory()
        self.bystander = Bystander(self.postern.imap_port)
        self.bystander.start()

    def tearDown(self):
        rounds = self.bystander.rounds
        support.wait_for(lambda: self.bystander.failure or self.bystander.rounds >= rounds + 3, 60, "the bystander's next rounds")
        self.bystander.stopping.set()
        self.bystander.join()
        self.bystander.client.logout()
        if self.bystander.failure:
            raise AssertionError("another client was disturbed") from self.bystander.failure
        self.assertTrue(self.postern.running, self.postern.log_tail())

    def memory(self):
        """Octets the server has in memory."""
        with open(f"/proc/{self.postern.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmRSS:"))

    def grown_by_less_than(self, octets):
        if not SANITIZED:
            self.assertLess(self.memory() - self.before, octets)

    def many_cost_less_than(self, octets, what):
        """MANY connections are open: the bystander works on, and each costs less than so many octets."""
        rounds = self.bystander.rounds
        support.wait_for(lambda: self.bystander.failure or self.bystander.rounds >= rounds + 10, 60, "the bystander to work on")
        print(f"{what}: {(self.memory() - self.before) / MANY / KIB:.1f} KiB each")
        self.grown_by_less_than(MANY * octets)

    def open(self, port):
        sock = socket.create_connection(("127.0.0.1", port), 60)
        self.addCleanup(sock.close)
        return sock

    def connect(self, signed_in=False):
        sock = self.open(self.postern.imap_port)
        self.assertTrue(self.line(sock).startswith(b"* OK"))
        if signed_in:
            sock.sendall(b"a LOGIN test1 pass\r\n")
            while not (line := self.line(sock)).startswith(b"a "):
                self.assertTrue(line)
            self.assertTrue(line.startswith(b"a OK"), line)
        return sock

    @staticmethod
    def line(sock):
        out = b""
        while not out.endswith(b"\n"):
            octet = sock.recv(1)
            if not octet:
                break
            out += octet
        return out

    @staticmethod
    def pour(sock, data, times):
        """Sends until all is gone or the server hangs up; what it says meanwhile is thrown away."""
        sock.setblocking(False)
        left = times
        with contextlib.suppress(ConnectionError):
            while left:
                with contextlib.suppress(BlockingIOError):
                    if not sock.recv(MIB):
                        return
                with contextlib.suppress(BlockingIOError):
                    sock.send(data)
                    left -= 1

    def test_garbage(self):
        dice = random.Random(1)
        for signed_in in (False, True):
            for _ in range(50):
                sock = self.connect(signed_in)
                self.pour(sock, dice.randbytes(dice.randrange(1, 4096)) + b"\r\n", 20)
        self.grown_by_less_than(64 * MIB)

    def test_endless_line(self):
        for signed_in in (False, True):
            self.pour(self.connect(signed_in), b"x" * MIB, 200)
        self.grown_by_less_than(64 * MIB)

    def test_oversize_literals(self):
        for size in ("99999999", "4294967295", "4294967296", "18446744073709551615", "99999999999999999999999", "-1"):
            for plus in ("", "+"):
                for signed_in in (False, True):
                    sock = self.connect(signed_in)
                    command = "a APPEND INBOX" if signed_in else "a LOGIN"
                    sock.sendall(f"{command} {{{size}{plus}}}\r\n".encode())
                    if not plus:    # then the client waits to be asked for it
                        with contextlib.suppress(ConnectionError):
                            self.assertNotEqual(self.line(sock)[:4], b"a OK")
                    self.pour(sock, b"y" * 65536, 16)
        self.grown_by_less_than(64 * MIB)

    def test_deep_and_long_commands(self):
        commands = [b"a FETCH 1 (" + b"(" * 20000 + b"\r\n", b"a SEARCH " + b"NOT " * 20000 + b"ALL\r\n", b"a SEARCH " + b"OR ALL " * 9000 + b"ALL\r\n",
                    b"a LIST \"\" \"" + b"*%" * 4000 + b"\"\r\n", b"a STORE " + b"1," * 30000 + b"1 +FLAGS (x)\r\n",
                    b"a FETCH 1 BODY[" + b"1." * 20000 + b"1]\r\n"]
        for command in commands:
            sock = self.connect(signed_in=True)
            sock.sendall(b"s SELECT INBOX\r\n" + command + b"z LOGOUT\r\n")
            while self.line(sock):
                pass
        self.grown_by_less_than(64 * MIB)

    def test_half_commands(self):
        for text in (b"a", b"a LOGIN", b"a LOGIN test1 {4", b"a LOGIN test1 {4}\r\npa", b"a AUTHENTICATE PLAIN\r\nAHRl", b"a STARTTLS\r\n\x16\x03\x01",
                     b"a LOGIN \"test1"):
            for _ in range(30):
                sock = self.connect()
                sock.sendall(text)
                sock.close()
        for text in (b"a APPEND INBOX {1000}\r\nSubject", b"a IDLE\r\n", b"a SELECT INBOX\r\nb FETCH 1:* BODY["):
            for _ in range(10):
                sock = self.connect(signed_in=True)
                sock.sendall(text)
                sock.close()
        self.grown_by_less_than(64 * MIB)

    def test_silent_connections(self):
        for _ in range(MANY):
            self.open(self.postern.imap_port)
        self.many_cost_less_than(10 * KIB, "connections that say nothing")

    def test_silent_tls_connections(self):
        for _ in range(MANY):
            self.open(self.postern.imaps_port)
        self.many_cost_less_than(16 * KIB, "TLS connections that say nothing")

    def test_half_open_tls_connections(self):
        for _ in range(MANY):
            # The begin of a ClientHello of 508 octets.
            self.open(self.postern.imaps_port).sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        self.many_cost_less_than(64 * KIB, "TLS handshakes that stop half-way")

    def test_half_commands_that_stay(self):
        for _ in range(MANY):
            self.open(self.postern.imap_port).sendall(b"a LOGIN test1 {4}\r\npa")
        self.many_cost_less_than(20 * KIB, "connections in the middle of LOGIN")

    def test_sessions_in_idle(self):
        for _ in range(MANY):
            sock = self.connect(signed_in=True)
            sock.sendall(b"b SELECT INBOX\r\nc IDLE\r\n")
            while not self.line(sock).startswith(b"+ "):
                pass
        self.many_cost_less_than(20 * KIB, "sessions in IDLE")

    def test_readers_that_do_not_read(self):
        with Client(self.postern.imap_port, user="test1") as client:
            for _ in range(16):
                Client.ok(client.append("INBOX", None, None, b"Subject: large\r\n\r\n" + b"0123456789abcdef" * 65536 + b"\r\n"))
        self.before = self.memory()
        for _ in range(20):
            sock = self.connect(signed_in=True)
            sock.sendall(b"s SELECT INBOX\r\n" + b"f FETCH 1:* BODY.PEEK[]\r\n" * 20)
        rounds = self.bystander.rounds
        support.wait_for(lambda: self.bystander.failure or self.bystander.rounds >= rounds + 10, 60, "the bystander to work on")
        self.grown_by_less_than(128 * MIB)


unittest.main()
