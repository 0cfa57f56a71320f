#!/usr/bin/env python3
"""LMTP as clients speak it: Python's smtplib, swaks, many at once, and while PostgreSQL restarts under them.

    lmtp_test.py STORE      sqlite, postgresql
"""
import smtplib
import subprocess
import sys
import threading
import unittest

import support  # noqa: F401  (makes tools/servers importable)
from imap_client import Client
from messages import real_messages, sha256
from servers import Postern, PostgreSQL

STORE = sys.argv[1]
CLIENTS = 20
USERS = {f"user{number}": "pass" for number in range(4)}
AUTH = {"auth": "{ hash_memory: 1M, hash_passes: 1 }"}


def own_octets(stored):
    """What was sent: without the fields of delivery."""
    return stored[stored.index(b"X-Number:"):]


class Lmtp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.database = None if STORE == "sqlite" else cls.enterClassContext(PostgreSQL())
        cls.postern = cls.enterClassContext(Postern(store=cls.database or "sqlite", users=USERS, extra=AUTH, mail={"lmtp": "{ name: mx.example.org }"}))

    def contents(self, user, mailbox="INBOX"):
        """What was sent to the user, in the order in which it came; the mailbox is empty afterwards."""
        with Client(self.postern.imap_port, user=user) as client:
            count = int(Client.ok(client.select(mailbox))[0])
            parts = Client.ok(client.fetch("1:*", "(BODY.PEEK[])")) if count else []
            Client.ok(client.store("1:*", "+FLAGS", "(\\Deleted)")) if count else None
            Client.ok(client.expunge())
            return [part[1] for part in parts if isinstance(part, tuple)]

    def test_every_recipient_is_answered_for(self):
        with smtplib.LMTP("127.0.0.1", self.postern.lmtp_port) as client:
            client.ehlo_or_helo_if_needed()
            client.mail("a@b.example")
            self.assertEqual([client.rcpt(f"{user}@example.org")[0] for user in ("user0", "nobody", "user1")], [250, 550, 250])
            answers = [client.data(b"X-Number: 1\r\n\r\n.dot\r\n..\r\n"), client.getreply()]
        self.assertEqual(answers, [(250, b"2.0.0 <user%d@example.org> Delivered" % number) for number in (0, 1)])
        for user in ("user0", "user1"):
            [stored] = self.contents(user)
            self.assertTrue(stored.startswith(b"Return-Path: <a@b.example>\r\nDelivered-To: " + user.encode() + b"@example.org\r\nReceived: from "))
            self.assertEqual(own_octets(stored), b"X-Number: 1\r\n\r\n.dot\r\n..\r\n")

    def test_tls(self):
        with smtplib.LMTP("127.0.0.1", self.postern.lmtp_port) as client:
            client.ehlo_or_helo_if_needed()
            client.starttls(context=support.trusting(self.postern.path("tls.pem")))
            client.sendmail("a@b.example", ["user0"], b"X-Number: 1\r\n\r\n")
        [stored] = self.contents("user0")
        self.assertIn(b" with LMTPS id ", stored)

    def test_swaks(self):
        result = subprocess.run(["swaks", "--protocol", "LMTP", "--server", "127.0.0.1", "--port", str(self.postern.lmtp_port), "--pipeline",
                                 "--from", "a@b.example", "--to", "user0,nobody,user3", "--data", "X-Number: 1\\n\\n.dot\\n..\\n"],
                                check=False, capture_output=True, text=True, timeout=60)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn(" 550 5.1.1 ", result.stdout)
        for user in ("user0", "user3"):
            self.assertIn(f" 250 2.0.0 <{user}> Delivered", result.stdout)
            [stored] = self.contents(user)
            self.assertEqual(own_octets(stored).rstrip(), b"X-Number: 1\r\n\r\n.dot\r\n..")

    def test_real_mail_arrives_octet_by_octet(self):
        wanted = []
        with smtplib.LMTP("127.0.0.1", self.postern.lmtp_port) as client:
            for number, message in enumerate(real_messages(60)):
                # In DATA lines end with CR LF.
                lines = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
                data = b"X-Number: %d\r\n" % number + lines + (b"" if lines.endswith(b"\r\n") else b"\r\n")
                client.sendmail("a@b.example", ["user2"], data)
                wanted.append(sha256(data))
        self.assertEqual([sha256(own_octets(stored)) for stored in self.contents("user2")], wanted)

    def test_nothing_acknowledged_is_lost_or_doubled(self):
        senders = [Sender(self.postern.lmtp_port, number) for number in range(CLIENTS)]
        for sender in senders:
            sender.start()
        try:
            for _ in range(3):
                before = sum(len(sender.acknowledged) for sender in senders)
                support.wait_for(lambda before=before: sum(len(s.acknowledged) for s in senders) >= before + 100, 120, "100 more messages")
                if self.database:
                    self.database.restart()
            before = sum(len(sender.acknowledged) for sender in senders)
            support.wait_for(lambda: sum(len(s.acknowledged) for s in senders) >= before + 100, 120, "100 more messages")
        finally:
            for sender in senders:
                sender.stopping.set()
            for sender in senders:
                sender.join()
        self.assertEqual([str(sender.failure) for sender in senders if sender.failure], [])
        there = {}
        for user in USERS:
            for stored in self.contents(user):
                number = own_octets(stored).split(b"\r\n")[0]
                there[number] = there.get(number, 0) + 1
        acknowledged = [number for sender in senders for number in sender.acknowledged]
        self.assertEqual([number for number in acknowledged if there.get(number) != 1], [])
        # What was refused is not there, unless its commit was under way when the database went: that one may be there, once.
        self.assertEqual([number for number, times in there.items() if times != 1], [])


class Sender(threading.Thread):
    """Sends one message after the other and keeps what was acknowledged."""

    def __init__(self, port, number):
        super().__init__()
        self.port, self.number = port, number
        self.acknowledged = []
        self.stopping = threading.Event()
        self.failure = None

    def run(self):
        try:
            with smtplib.LMTP("127.0.0.1", self.port) as client:
                turn = 0
                while not self.stopping.is_set():
                    self.send(client, turn)
                    turn += 1
        except Exception as error:      # reported by the test: a thread's exception reaches nobody
            self.failure = error

    def send(self, client, turn):
        number = b"X-Number: %d.%d" % (self.number, turn)
        try:
            client.sendmail("a@b.example", [f"user{turn % len(USERS)}"], number + b"\r\n\r\n" + b"x" * 2000 + b"\r\n")
            self.acknowledged.append(number)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
            codes = [code for code, _ in error.recipients.values()] if isinstance(error, smtplib.SMTPRecipientsRefused) else [error.smtp_code]
            if codes != [451]:
                raise


unittest.main(argv=sys.argv[:1])
