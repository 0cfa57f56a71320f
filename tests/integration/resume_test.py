#!/usr/bin/env python3
"""A phone whose line drops: it comes back over TLS with COMPRESS=DEFLATE and asks by QRESYNC for what is new.

    resume_test.py STORE      sqlite, postgresql
"""
import base64
import re
import socket
import struct
import sys
import unittest
import zlib

import support
from imap_client import Client

STORE = sys.argv[1]
MESSAGES = 300


class Line:
    """A connection in round trips: everything of one ask() leaves at once. Counts octets as TLS is given them."""

    def __init__(self, server):
        plain = socket.create_connection(("127.0.0.1", server.imaps_port), 60)
        self.socket = support.trusting(server.path("tls.pem")).wrap_socket(plain, server_hostname="localhost")
        self.deflater = self.inflater = None
        self.rest = b""
        self.round_trips = self.octets = 0
        self.line()     # the greeting

    def receive(self):
        octets = self.socket.recv(65536)
        if not octets:
            raise ConnectionError("the server hung up")
        self.octets += len(octets)
        self.rest += self.inflater.decompress(octets) if self.inflater else octets

    def line(self):
        while b"\r\n" not in self.rest:
            self.receive()
        line, self.rest = self.rest.split(b"\r\n", 1)
        return line.decode()

    def ask(self, *commands):
        """Sends the commands together; the lines up to the last tagged one. Each must be answered OK."""
        text = "".join(f"{number} {command}\r\n" for number, command in enumerate(commands)).encode()
        octets = self.deflater.compress(text) + self.deflater.flush(zlib.Z_SYNC_FLUSH) if self.deflater else text
        self.octets += len(octets)
        self.round_trips += 1
        self.socket.sendall(octets)
        lines, answered = [], 0
        while answered < len(commands):
            line = self.line()
            lines.append(line)
            if line.startswith(f"{answered} "):
                if not line.startswith(f"{answered} OK"):
                    raise AssertionError(line)
                answered += 1
        return lines

    def sign_in(self):
        secret = base64.b64encode(b"\0test1\0pass").decode()
        self.ask(f"AUTHENTICATE PLAIN {secret}", "COMPRESS DEFLATE")
        self.deflater = zlib.compressobj(wbits=-15)
        self.inflater = zlib.decompressobj(wbits=-15)

    def drop(self):
        """No LOGOUT, no TLS goodbye, a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class Resume(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(support.imap_server(STORE, {"test1": "pass"}))
        self.other = self.enterContext(Client(self.server.imap_port))
        self.add(*range(MESSAGES))
        self.other.exists(readonly=False)

    def add(self, *numbers):
        """Together in one command (MULTIAPPEND, LITERAL+)."""
        body = "A letter.\r\n" + "Some line of it.\r\n" * 50
        texts = [f"From: a@example.org\r\nSubject: Letter {number}\r\n\r\n{body}" for number in numbers]
        literals = " ".join(f"{{{len(text)}+}}\r\n{text}" for text in texts)
        self.other.ok(self.other._simple_command("APPEND", "INBOX", literals))

    def keep(self, lines):
        """What a client keeps for the next time."""
        text = "\n".join(lines)
        self.validity = re.search(r"UIDVALIDITY (\d+)", text)[1]
        self.modseq = re.search(r"HIGHESTMODSEQ (\d+)", text)[1]

    def first_visit(self):
        line = Line(self.server)
        line.sign_in()
        self.keep(line.ask("ENABLE QRESYNC", "SELECT INBOX"))
        known = line.ask("UID FETCH 1:* FLAGS")
        self.assertEqual(len(known), MESSAGES + 1)
        return line

    def come_back(self):
        """The second visit: the line, and what it was told."""
        line = Line(self.server)
        line.octets = 0
        line.sign_in()
        before = line.octets
        told = line.ask("ENABLE QRESYNC", f"SELECT INBOX (QRESYNC ({self.validity} {self.modseq}))")
        print(f"{line.round_trips} round trips, {line.octets - before} octets, {before} to sign in")
        self.assertEqual(line.round_trips, 2)
        self.spent = line.octets - before
        self.keep(told)
        return line, told

    @staticmethod
    def news(told):
        return [line for line in told if "FETCH" in line or "VANISHED" in line]

    def test_an_unchanged_mailbox_costs_little(self):
        self.first_visit().drop()
        for _ in range(5):
            line, told = self.come_back()
            self.assertEqual(self.news(told), [])
            self.assertIn(f"* {MESSAGES} EXISTS", told)
            self.assertLess(self.spent, 1024)
            line.drop()

    def test_what_changed_meanwhile_is_told_and_nothing_else(self):
        self.first_visit().drop()
        for visit in range(1, 4):
            self.other.ok(self.other.uid("STORE", str(100 + visit), "+FLAGS.SILENT", "(\\Flagged)"))
            self.other.remove([visit])
            self.add(MESSAGES + visit)
            line, told = self.come_back()
            news = self.news(told)
            self.assertEqual([entry for entry in news if "VANISHED" in entry], [f"* VANISHED (EARLIER) {visit}"])
            changed = sorted(int(re.search(r"UID (\d+)", entry)[1]) for entry in news if "FETCH" in entry)
            self.assertEqual(changed, [100 + visit, MESSAGES + visit])
            line.drop()

    def test_a_line_that_drops_in_the_middle_of_an_answer_harms_nobody(self):
        line = self.first_visit()
        for _ in range(3):
            text = b"9 UID FETCH 1:* (BODY.PEEK[])\r\n"
            line.socket.sendall(line.deflater.compress(text) + line.deflater.flush(zlib.Z_SYNC_FLUSH))
            line.receive()
            line.drop()
            line, told = self.come_back()
            self.assertEqual(self.news(told), [])
        line.ask("NOOP")
        line.drop()


unittest.main(argv=sys.argv[:1])
