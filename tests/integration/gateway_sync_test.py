#!/usr/bin/env python3
"""Both sides are kept in step, against a real POP3 provider.

    gateway_sync_test.py STORE PROVIDER      sqlite, postgresql; dovecot, cyrus
"""
import sys
import unittest

import support
from imap_client import Client, wait_for_line
from messages import real_messages, sha256
from provider import CyrusProvider, Provider
from servers import Postern, PostgreSQL

STORE, PROVIDER = sys.argv[1:3]


def message(subject):
    return f"From: a@example.org\r\nTo: b@example.org\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.org>\r\n\r\n{subject}\r\n".encode()


class Gateway(unittest.TestCase):
    POLL = 1

    def setUp(self):
        self.provider = self.enterContext(Provider() if PROVIDER == "dovecot" else CyrusProvider())
        self.provider.put([message(f"m{i}") for i in range(5)])
        store = STORE if STORE == "sqlite" else self.enterContext(PostgreSQL())
        self.postern = self.enterContext(Postern(store=store, pop3=("127.0.0.1", self.provider.pop3_port, "none"), poll=self.POLL))
        self.client = self.enterContext(Client(self.postern.imap_port))
        support.wait_for(lambda: self.client.exists() == 5, 30, "the first collection")

    def subjects(self, box="INBOX"):
        return sorted(body.split(b"Subject: ")[1].split(b"\r\n")[0].decode() for body in self.client.bodies(box).values())

    def two_polls(self):
        """Until the provider has been polled twice more: a new message goes the whole way, twice."""
        for turn in range(2):
            self.provider.put([message(f"marker-{turn}-{self.id()}")])
            support.wait_for(lambda turn=turn: f"marker-{turn}-{self.id()}" in self.subjects(), 30, "a poll")

    def test_new_mail_is_told_to_idle_once(self):
        waiting = self.enterContext(Client(self.postern.imap_port))
        waiting.exists()
        with waiting.idle() as next_line:
            self.provider.put([message("news")])
            self.assertRegex(wait_for_line(next_line, "EXISTS", 30), r"^\* 6 EXISTS$")
            self.provider.put([message("more news")])
            # Only the next message makes the next EXISTS: the first was told once.
            self.assertRegex(wait_for_line(next_line, "EXISTS", 30), r"^\* 7 EXISTS$")
        self.assertEqual(self.subjects(), ["m0", "m1", "m2", "m3", "m4", "more news", "news"])

    def test_expunged_here_is_gone_there(self):
        self.client.exists(readonly=False)
        self.client.remove(self.client.find('SUBJECT "m2"'))
        gone = sha256(message("m2"))
        support.wait_for(lambda: gone not in self.provider.hashes(), 30, "the deletion at the provider")
        self.assertEqual(len(self.provider.hashes()), 4)
        self.two_polls()
        self.assertNotIn("m2", self.subjects())

    def test_deleted_there_is_expunged_here(self):
        waiting = self.enterContext(Client(self.postern.imap_port))
        waiting.exists()
        with waiting.idle() as next_line:
            self.provider.remove("m3")
            wait_for_line(next_line, r"EXPUNGE|VANISHED", 30)
        self.assertEqual(self.subjects(), ["m0", "m1", "m2", "m4"])

    def test_filing_deletes_nothing(self):
        self.client.exists(readonly=False)
        uids = self.client.find('SUBJECT "m1"')
        Client.ok(self.client.uid("COPY", str(uids[0]), "Archive"))
        self.client.remove(uids)
        self.two_polls()
        self.assertIn(sha256(message("m1")), self.provider.hashes())
        self.assertEqual(self.subjects("Archive"), ["m1"])
        self.assertNotIn("m1", self.subjects())
        # What was filed stays when another client deletes it at the provider.
        self.provider.remove("m1")
        self.two_polls()
        self.assertEqual(self.subjects("Archive"), ["m1"])

    def test_the_last_copy_is_what_counts(self):
        self.client.exists(readonly=False)
        uids = self.client.find('SUBJECT "m4"')
        Client.ok(self.client.uid("COPY", str(uids[0]), "Archive"))
        self.client.remove(uids)
        self.two_polls()
        self.client.exists("Archive", readonly=False)
        self.client.remove(self.client.find("ALL"))
        gone = sha256(message("m4"))
        support.wait_for(lambda: gone not in self.provider.hashes(), 30, "the deletion at the provider")

    def test_wrong_password_is_refused(self):
        with self.assertRaises(Exception) as caught:
            Client(self.postern.imap_port, password="wrong")
        self.assertIn("AUTHENTICATIONFAILED", str(caught.exception))

    def test_restart_keeps_everything(self):
        before = self.client.bodies()
        self.assertEqual(self.postern.stop(), 0)
        self.postern.start()
        self.client = self.enterContext(Client(self.postern.imap_port))
        self.assertEqual(self.client.bodies(), before)
        self.two_polls()
        self.assertEqual(len(self.subjects()), 7)

    def test_all_kinds_of_mail(self):
        more = self.provider.put(real_messages(46))
        self.assertGreater(len(more), 30)
        support.wait_for(lambda: self.client.exists() == 5 + len(more), 60, "the real messages")
        self.assertEqual(self.client.hashes(), sorted([*map(sha256, more), *(sha256(message(f"m{i}")) for i in range(5))]))


unittest.main(argv=sys.argv[:1])
