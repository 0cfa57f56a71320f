#!/usr/bin/env python3
"""Behaviours of the gateway as an IMAP client and a POP3 server see them together: the server is fakepop, told what to do wrong.

    gateway_rows_test.py STORE      sqlite, postgresql
"""
import imaplib
import os
import re
import subprocess
import sys
import threading
import unittest

import support
from fakepop import FakePop
from imap_client import Client, Refused, wait_for_line
from servers import Postern, PostgreSQL

STORE = sys.argv[1]
PASSWORD = "Sw0rdf1sh-of-the-rows"


def message(subject, body=b"text\r\n"):
    return f"From: a@example.org\r\nTo: b@example.org\r\nSubject: {subject}\r\nMessage-ID: <{subject}@example.org>\r\n\r\n".encode() + body


class Rows(unittest.TestCase):
    def setUp(self):
        self.pop = self.enterContext(FakePop())
        self.drop = self.pop.maildrop("anna", PASSWORD)
        self.store = STORE if STORE == "sqlite" else self.enterContext(PostgreSQL())

    def begin(self, **settings):
        self.postern = self.enterContext(Postern(store=self.store, pop3=("127.0.0.1", self.pop.port, "none"), pop3_settings=settings))

    def sign_in(self, password=PASSWORD):
        return self.enterContext(Client(self.postern.imap_port, "anna", password))

    def collect(self, count):
        client = self.sign_in()
        support.wait_for(lambda: client.exists() == count, 30, f"{count} messages")
        return client

    def polls(self, count=2):
        before = self.pop.count("QUIT")
        support.wait_for(lambda: self.pop.count("QUIT") >= before + count, 30, f"{count} polls")

    def test_octets_of_every_kind(self):    # A9, A10
        """Stored and served as they came, whatever size the server says; the size is that of what is served."""
        bodies = [b"nul \0 and \xff\xfe\r\n", b"." + b"x" * 10 + b"\r\n..\r\n.\r\n...\r\n", b"x" * 1_000_000 + b"\r\n", b"a lone \r in it\r\n", b""]
        for sizes in ("exact", "zero", "half", "double"):
            self.pop.behaviour.sizes = sizes
            for body in bodies:
                self.drop.add(message(f"{sizes}-{len(body)}", body))
            if sizes == "exact":
                self.begin()
        client = self.collect(4 * len(bodies))
        self.assertEqual(client.hashes(), self.drop.hashes())
        sizes = Client.ok(client.uid("FETCH", "1:*", "(RFC822.SIZE)"))
        told = sorted(int(re.search(rb"RFC822.SIZE (\d+)", line)[1]) for line in sizes)
        self.assertEqual(told, sorted(len(m.data) for m in self.drop.messages))
        client.exists()
        uid = client.find(f'SUBJECT "exact-{len(bodies[0])}"')[0]
        parts = Client.ok(client.uid("FETCH", str(uid), "(BINARY.PEEK[1])"))
        self.assertIn(b"nul \0 and", b"".join(part[1] for part in parts if isinstance(part, tuple)))
        self.polls()
        self.assertEqual(self.pop.count("RETR"), 4 * len(bodies), "each was fetched once")

    def test_a_body_full_of_replies(self):  # A8
        self.pop.behaviour.stuffing = False
        self.drop.add(message("forger", b"text\r\n.\r\n+OK 1\r\n-ERR gone\r\n+OK bye\r\n"))
        for number in range(3):
            self.drop.add(message(f"honest-{number}"))
        self.begin()
        client = self.sign_in()
        support.wait_for(lambda: client.exists() >= 3, 60, "the honest ones")
        self.assertEqual(len(client.find('SUBJECT "honest"')), 3)
        self.assertEqual(self.drop.deleted, [])

    def test_a_windowed_server_is_drained(self):    # A17
        self.pop.behaviour.window, self.pop.behaviour.hide_after_retr = 10, True
        for number in range(45):
            self.drop.add(message(str(number)))
        self.begin()
        client = self.collect(45)
        self.polls(3)
        self.assertEqual(client.exists(), 45)
        self.assertEqual(self.pop.count("RETR"), 45)

    def test_the_lost_answer_to_quit(self):     # B1, B5
        for number in range(5):
            self.drop.add(message(str(number)))
        self.begin()
        client = self.collect(5)
        self.polls()
        self.pop.fault("QUIT", "lose", times=1)
        client.exists(readonly=False)
        client.remove(client.find('SUBJECT "2"'))
        support.wait_for(lambda: len(self.drop.messages) == 4, 30, "the deletion there")
        self.polls(3)
        self.assertEqual(self.drop.deleted, ["uid000003"])
        self.assertEqual(self.pop.count("DELE"), 1)
        self.assertEqual(self.pop.count("RETR"), 5)
        session = self.pop.log("DELE")[0].session
        self.assertTrue(any(e.session == session for e in self.pop.log("UIDL")), "deleted in a session that listed it")

    def test_a_line_that_breaks_before_quit(self):  # B6
        for number in range(5):
            self.drop.add(message(str(number)))
        self.begin()
        client = self.collect(5)
        self.polls()
        self.pop.fault("QUIT", "close", times=2)
        client.exists(readonly=False)
        client.remove(client.find('SUBJECT "2"'))
        support.wait_for(lambda: len(self.drop.messages) == 4, 60, "the deletion there")
        self.polls(2)
        self.assertEqual(self.drop.deleted, ["uid000003"])
        self.assertEqual(client.exists(), 4)

    def test_gone_there_is_told_in_idle(self):  # B10
        for number in range(5):
            self.drop.add(message(str(number)))
        self.begin()
        client = self.collect(5)
        self.polls()
        client.exists()
        with client.idle() as next_line:
            self.drop.remove("uid000002")
            self.assertRegex(wait_for_line(next_line, "EXPUNGE|VANISHED", 30), r"^\* 2 EXPUNGE$")

    def test_a_provider_that_renumbers(self):   # C1, C5
        for number in range(40):
            self.drop.add(message(str(number), b"x" * number))
        self.begin()
        client = self.collect(40)
        before = client.bodies()
        validity = client.untagged_responses.get("UIDVALIDITY") or client.response("UIDVALIDITY")[1]
        self.polls()
        tops = self.pop.count("TOP")
        self.drop.renumber()
        self.drop.add(message("new"))
        support.wait_for(lambda: client.exists() == 41, 30, "the new message")
        self.polls()
        after = client.bodies()
        self.assertEqual({uid: after[uid] for uid in before}, before)
        self.assertEqual(len(after), 41)
        self.assertEqual(self.pop.count("RETR"), 41)
        self.assertLessEqual(self.pop.count("TOP") - tops, 41)
        self.assertEqual(client.untagged_responses.get("UIDVALIDITY") or client.response("UIDVALIDITY")[1], validity)

    def test_login_delay(self):     # D1
        self.pop.behaviour.capabilities_after_login = ("LOGIN-DELAY 3",)
        self.pop.behaviour.login_interval = 3
        self.drop.add(message("one"))
        self.begin()
        self.collect(1)
        before = self.pop.count("PASS") + self.pop.count("AUTH")
        support.wait_for(lambda: self.pop.count("PASS") + self.pop.count("AUTH") >= before + 2, 30, "two more sign-ins")
        times = [e.time for e in self.pop.log() if e.command in ("PASS", "AUTH")]
        self.assertTrue(all(b - a >= 3 for a, b in zip(times, times[1:])), times)

    def test_six_sign_ins_at_once(self):    # E3
        self.drop.add(message("one"))
        self.begin()
        self.pop.fault("PASS", "drip", times=1, seconds=1)
        good = []

        def one():
            with Client(self.postern.imap_port, "anna", PASSWORD) as client:
                good.append(client.exists())
        threads = [threading.Thread(target=one) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(good), 6)
        sessions = {e.session for e in self.pop.log() if e.command in ("PASS", "AUTH")}
        first = min(e.session for e in self.pop.log("QUIT")) if self.pop.count("QUIT") else max(sessions)
        self.assertEqual(len([s for s in sessions if s <= first]), 1, "one question to the provider for all of them")

    def refused(self, password):
        with self.assertRaises((Refused, imaplib.IMAP4.error)) as caught:
            Client(self.postern.imap_port, "anna", password)
        return str(caught.exception)

    def test_wrong_passwords(self):     # E6, E7
        self.begin()
        for _ in range(3):
            self.assertIn("AUTHENTICATIONFAILED", self.refused("wrong"))
        self.assertEqual(self.pop.failed_logins, 1, "the same wrong password is sent once")
        self.pop.behaviour.login_refusal = "[SYS/TEMP] later"
        self.assertIn("UNAVAILABLE", self.refused(PASSWORD))

    def test_a_provider_that_is_down(self):     # E4
        self.drop.add(message("one"))
        self.begin()
        self.collect(1)
        self.pop.fault("CONNECT", "close")
        again = self.sign_in()
        self.assertEqual(again.exists(), 1)
        self.assertEqual(len(again.bodies()), 1)
        self.assertIn("UNAVAILABLE", self.refused("another"))

    def test_the_password_is_changed_there(self):   # E5, D3
        self.drop.add(message("one"))
        self.begin()
        client = self.collect(1)
        client.send(b"x IDLE\r\n")
        self.drop.password = "changed"
        support.wait_for(lambda: re.match(rb"\* BYE \[AUTHENTICATIONFAILED\]", client.readline()), 30, "the end of the session")
        self.assertEqual(self.pop.failed_logins, 1)
        client.shutdown()
        client = self.sign_in("changed")    # at the first try
        support.wait_for(lambda: client.exists() == 1, 30, "the end of the notice that told of it")
        self.assertIn("AUTHENTICATIONFAILED", self.refused(PASSWORD))
        self.drop.add(message("two"))
        support.wait_for(lambda: client.exists() == 2, 30, "mail with the new password")

    def test_the_state_in_metadata(self):
        self.drop.add(message("one"))
        self.begin()
        client = self.collect(1)
        self.polls()
        client.xatom("GETMETADATA", "(DEPTH infinity)", '""', "(/private/vendor/postern/source)")
        told = repr(client.untagged_responses)
        for word in ("/last-poll", "/next-poll", "/lag", "/waiting-deletions", "/server"):
            self.assertIn(word, told)
        self.assertIn("127.0.0.1", told)

    def test_no_password_anywhere(self):    # E9, I15
        self.drop.add(message("one"))
        self.begin()
        self.collect(1)
        self.pop.behaviour.login_refusal = "[AUTH] no " + "x" * 20
        self.refused("another-" + PASSWORD)
        self.assertEqual(self.postern.stop(), 0)
        found = []
        for folder, _, names in os.walk(self.postern.folder):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    if PASSWORD.encode() in file.read():
                        found.append(name)
        if STORE != "sqlite":
            dump = subprocess.run(["pg_dump", "--no-owner", self.store.url], check=True, capture_output=True).stdout
            self.assertGreater(len(dump), 1000)
            self.assertNotIn(PASSWORD.encode(), dump)
        self.assertEqual(found, [])


unittest.main(argv=sys.argv[:1])
