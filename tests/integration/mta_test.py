#!/usr/bin/env python3
"""Real mail transfer agents in front: Postfix and Exim deliver over LMTP, also while the database restarts under them. Every message
they took arrives exactly once.

    mta_test.py AGENT      postfix, exim
"""
import collections
import smtplib
import sys
import threading
import unittest

import support
from imap_client import Client
from servers import Postern, PostgreSQL
from servers.mta import Exim, Postfix

AGENT = {"postfix": Postfix, "exim": Exim}[sys.argv[1]]
USERS = {f"user{number}": "pass" for number in range(5)}
SENDERS, EACH = 10, 20


class Delivery(unittest.TestCase):
    def setUp(self):
        AGENT.unpack()
        self.database = self.enterContext(PostgreSQL())
        self.postern = self.enterContext(Postern(store=self.database, users=USERS, extra={"auth": "{ hash_memory: 1M, hash_passes: 1 }"},
                                                 mail={"lmtp": "{ name: store.example.org }"}))
        self.agent = self.enterContext(AGENT(self.postern.lmtp_port))

    def numbers(self):
        """How often each message is there, over all users."""
        found = collections.Counter()
        for user in USERS:
            with Client(self.postern.imap_port, user=user) as client:
                for body in client.bodies().values():
                    found[body[body.index(b"X-Number: "):].split(b"\r\n")[0]] += 1
        return found

    def send(self, sender):
        with smtplib.SMTP("127.0.0.1", self.agent.smtp_port) as client:
            for turn in range(EACH):
                number = b"X-Number: %d.%d" % (sender, turn)
                client.sendmail("a@b.example", [f"user{turn % 5}@example.org"], number + b"\r\nSubject: x\r\n\r\n.dot\r\n" + (b"x" * 900 + b"\r\n") * 3)

    def test_every_message_arrives_once(self):
        senders = [threading.Thread(target=self.send, args=(number,)) for number in range(SENDERS)]
        for sender in senders:
            sender.start()
        for _ in range(2):
            before = sum(self.numbers().values())
            if before < SENDERS * EACH // 2:
                support.wait_for(lambda before=before: sum(self.numbers().values()) > before, 120, "more mail")
            self.database.restart()
        for sender in senders:
            sender.join()
        wanted = {b"X-Number: %d.%d" % (sender, turn): 1 for sender in range(SENDERS) for turn in range(EACH)}
        support.wait_for(lambda: len(self.numbers()) == len(wanted), 180, "the rest")
        self.assertEqual(self.numbers(), wanted)

    def test_what_is_refused_for_good_does_not_stay_in_the_queue(self):
        with smtplib.SMTP("127.0.0.1", self.agent.smtp_port) as client:
            client.sendmail("user1@example.org", ["nobody@example.org", "user0@example.org"], b"X-Number: 1\r\n\r\nx\r\n")

        def bounced():
            with Client(self.postern.imap_port, user="user1") as client:
                return [body for body in client.bodies().values() if b"There is no such user" in body]
        support.wait_for(bounced, 60, "the bounce")
        self.assertEqual(self.numbers_of("user0"), 1)

    def numbers_of(self, user):
        with Client(self.postern.imap_port, user=user) as client:
            return len(client.bodies())


unittest.main(argv=sys.argv[:1])
