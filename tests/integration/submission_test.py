#!/usr/bin/env python3
"""Submission end to end: smtplib, curl, swaks and nodemailer submit, a smart host takes it, Sent has it; and forward without download (RFC 5550):
CATENATE, GENURLAUTH, BURL.

    submission_test.py STORE      sqlite, postgresql
"""
import email
import email.policy
import os
import re
import shutil
import smtplib
import subprocess
import sys
import unittest

import support
from imap_client import Client
from servers import Postern, PostgreSQL
from servers.postern import build_folder
from sink import Sink

STORE = sys.argv[1]
AUTH = {"auth": "{ hash_memory: 1M, hash_passes: 1 }"}
LETTER = b"From: anna@example.org\r\nTo: bob@far.example\r\nSubject: x\r\nDate: Mon, 02 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@example.org>\r\n\r\nBody\r\n"


class Submission(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sink = cls.enterClassContext(Sink("relay", "way out"))
        relay = f'{{ hosts: {{ "*": {{ server: "127.0.0.1:{cls.sink.port}", tls: none, user: relay, password: "way out" }} }} }}'
        cls.settings = {"store": "sqlite" if STORE == "sqlite" else cls.enterClassContext(PostgreSQL()), "users": {"anna": "pass", "burl": "pass"},
                        "extra": AUTH, "mail": {"relay": relay, "submission": "{ name: mx.example.org, hold: 1d }"}}
        cls.postern = cls.enterClassContext(Postern(**cls.settings))

    def submit(self, sender="anna@example.org", to=("bob@far.example",), data=LETTER, user="anna"):
        with smtplib.SMTP("localhost", self.postern.submission_port) as client:
            client.starttls(context=support.trusting(self.postern.path("tls.pem")))
            client.login(user, "pass")
            return client.sendmail(sender, list(to), data)

    def sent(self, user="anna"):
        with Client(self.postern.imap_port, user=user) as client:
            count = int(Client.ok(client.select("Sent"))[0])
            parts = Client.ok(client.fetch("1:*", "(FLAGS BODY.PEEK[])")) if count else []
            return [part for part in parts if isinstance(part, tuple)]

    def test_a_letter_leaves_and_stays_in_sent(self):
        refused = self.submit(to=["bob@far.example", "nobody@far.example"])
        self.assertEqual(refused, {"nobody@far.example": (550, b"5.1.1 nobody knows nobody")})
        got = self.sink.letters[-1].content
        self.assertTrue(got.endswith(LETTER))
        self.assertIn(b" with ESMTPSA id ", got)
        copy = self.sent()[-1]
        self.assertEqual(copy[1], got)
        self.assertIn(b"\\Seen", copy[0])

    def test_the_clients_own_copy_is_the_same_message(self):
        self.submit(data=LETTER.replace(b"<1@", b"<own@"))
        before = len(self.sent())
        with Client(self.postern.imap_port, user="anna") as client:
            [answer] = Client.ok(client.append("Sent", "(\\Seen)", None, LETTER.replace(b"<1@", b"<own@")))
            uid = int(re.search(rb"APPENDUID \d+ (\d+)", answer).group(1))
            self.assertIn(b"<own@example.org>", client.bodies("Sent")[uid])
            [answer] = Client.ok(client.append("Sent", None, None, LETTER.replace(b"<1@", b"<other@")))
            self.assertNotEqual(int(re.search(rb"APPENDUID \d+ (\d+)", answer).group(1)), uid)
        self.assertEqual(len(self.sent()), before + 1)

    def test_refusals_are_the_smart_hosts(self):
        self.sink.refuse = "554 5.7.1 not wanted"
        self.addCleanup(setattr, self.sink, "refuse", None)
        before = len(self.sent())
        with self.assertRaises(smtplib.SMTPDataError) as caught:
            self.submit()
        self.assertEqual((caught.exception.smtp_code, caught.exception.smtp_error), (554, b"5.7.1 not wanted"))
        self.assertEqual(len(self.sent()), before)

    def hold(self, seconds, number):
        with smtplib.SMTP("localhost", self.postern.submission_port) as client:
            client.starttls(context=support.trusting(self.postern.path("tls.pem")))
            client.login("anna", "pass")
            client.ehlo_or_helo_if_needed()
            self.assertTrue(client.has_extn("futurerelease"))
            self.assertEqual(client.mail("anna@example.org", [f"HOLDFOR={seconds}"])[0], 250)
            self.assertEqual(client.rcpt("bob@far.example")[0], 250)
            code, text = client.data(LETTER.replace(b"<1@", b"<held%d@" % number))
            self.assertEqual((code, text[:16]), (250, b"2.0.0 Held until"))

    def left(self, number):
        return sum(b"<held%d@" % number in mail.content for mail in self.sink.letters)

    def tool(self, *arguments):
        done = subprocess.run([os.path.join(build_folder(), "posternctl"), "--config", self.postern.path("postern.yaml"), "held", *arguments],
                              check=False, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_sent_later(self):
        """Promised is promised: also by a server that is killed."""
        self.hold(20, 1)
        self.hold(3600, 2)
        self.hold(3600, 3)
        self.postern.kill()
        self.assertEqual([self.left(number) for number in (1, 2, 3)], [0, 0, 0])
        listed = self.tool("list")
        self.assertIn("3 messages are held", listed)
        # The order is that of the ids, which ascend.
        last = listed.splitlines()[2].split()[0]
        self.assertIn("cancelled", self.tool("cancel", "anna", last))
        self.postern.start()
        support.wait_for(lambda: self.left(1) == 1, 60, "the message")
        support.wait_for(lambda: "1 message is held" in self.tool("list", "anna"), 60, "the end of its entry")
        with Client(self.postern.imap_port, user="anna") as client:
            self.assertEqual(len(client.bodies("Scheduled")), 2)
            client.exists("Sent")
            self.assertEqual(len(client.find('HEADER Message-ID "<held1@example.org>"')), 1)
        self.assertEqual([self.left(number) for number in (1, 2, 3)], [1, 0, 0])

    def test_curl(self):
        result = subprocess.run(["curl", "-sS", "--ssl-reqd", "--cacert", self.postern.path("tls.pem"), "-u", "anna:pass", "--mail-from", "anna@x.example",
                                 "--mail-rcpt", "bob@far.example", "-T", "-", f"smtp://localhost:{self.postern.submission_port}"],
                                input=b"Subject: curl\r\n\r\nx\r\n", check=False, capture_output=True, timeout=60)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue(self.sink.letters[-1].content.endswith(b"Subject: curl\r\n\r\nx\r\n"))

    def test_swaks(self):
        def swaks(password, *more):
            return subprocess.run(["swaks", "--server", "127.0.0.1", "--port", str(self.postern.submission_port), "--tls", "--tls-verify",
                                   "--tls-ca-path", self.postern.path("tls.pem"), "--auth", "PLAIN", "--auth-user", "anna", "--auth-password",
                                   password, "--from", "anna@example.org", "--to", "bob@far.example", "--header", "Subject: swaks", *more],
                                  check=False, capture_output=True, text=True, timeout=60)
        result = swaks("pass", "--body", "one\\n.two")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn(b"Subject: swaks\r\n", self.sink.letters[-1].content)
        self.assertIn(b"\r\n\r\none\r\n.two\r\n", self.sink.letters[-1].content)
        self.assertIn(" 535 5.7.8 ", swaks("wrong").stdout)
        self.assertIn(" 550 5.7.1 ", swaks("pass", "--from", "somebody@else.example").stdout)

    def test_nodemailer(self):
        # tools/install-imapflow puts it there: imapflow needs it.
        modules = os.path.join(build_folder(), "..", "npm", "node_modules")
        here = os.path.dirname(os.path.abspath(__file__))
        result = subprocess.run(["node", os.path.join(here, "nodemailer.mjs")], check=False, capture_output=True, text=True, timeout=60,
                                env=dict(os.environ, NODE_PATH=os.path.abspath(modules), NODE_EXTRA_CA_CERTS=self.postern.path("tls.pem"),
                                         PORT=str(self.postern.submission_port), MAILUSER="anna", MAILPASS="pass", FROM="anna@example.org",
                                         TO="bob@far.example"))
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertTrue(result.stdout.startswith("250 2.0.0 queued as "), result.stdout)
        letter = email.message_from_bytes(self.sink.letters[-1].content, policy=email.policy.default)
        self.assertEqual(letter["Subject"], "Grüße aus node")
        self.assertEqual(letter.get_body(("plain",)).get_content().splitlines(), [".", "über"])
        self.assertEqual([part.get_content() for part in letter.iter_attachments()], [b"\0\1\2\r\n.\r\n\xff"])

    def test_forward_without_download(self):
        with Client(self.postern.imap_port, user="burl") as client:
            Client.ok(client.append("INBOX", None, None, LETTER))
            head = b"From: burl@example.org\r\nDate: Mon, 02 Nov 2026 10:00:00 +0100\r\nMessage-ID: <2@example.org>\r\nSubject: Fwd: x\r\n\r\nSee:\r\n"
            # The draft is made of a text of one's own and the letter that is on the server.
            client.send(b'x1 APPEND Drafts CATENATE (TEXT {%d+}\r\n%s URL "/INBOX/;UID=1/;SECTION=TEXT")\r\n' % (len(head), head))
            while not (line := client.readline()).startswith(b"x1 "):
                pass
            self.assertTrue(line.startswith(b"x1 OK"), line)
            rump = "imap://burl@localhost/Drafts/;UID=1;URLAUTH=submit+burl"
            client.xatom("GENURLAUTH", f'"{rump}"', "INTERNAL")
            said = client.untagged_responses["GENURLAUTH"][-1].decode()
        url = re.search(r'"([^"]+)"', said).group(1)
        with smtplib.SMTP("localhost", self.postern.submission_port) as client:
            client.starttls(context=support.trusting(self.postern.path("tls.pem")))
            client.login("burl", "pass")
            client.mail("burl@example.org")
            client.rcpt("bob@far.example")
            self.assertEqual(client.docmd("BURL", f"{url} LAST"), (250, b"2.0.0 queued as 7"))
        self.assertTrue(self.sink.letters[-1].content.endswith(head + b"Body\r\n"))


class TwoServers(Submission):
    """The same with one database, and what only several servers can do."""

    def second(self):
        """Another server over the same database; it has the same master key."""
        second = Postern(**self.settings)
        os.makedirs(second.path("data"), exist_ok=True)
        shutil.copy(self.postern.path("data", "master.key"), second.path("data", "master.key"))
        return self.enterContext(second)

    def test_one_of_two_servers_sends_it(self):
        self.hold(15, 11)
        second = self.second()          # finds it at its start
        support.wait_for(lambda: self.left(11) == 1, 60, "the message")
        with Client(second.imap_port, user="anna") as client:
            support.wait_for(lambda: self.in_sent(client, 11) == 1, 60, "the copy in Sent")
        self.assertEqual(self.left(11), 1)

    def test_another_server_sends_what_a_dead_one_promised(self):
        self.hold(15, 12)
        self.postern.kill()
        second = self.second()
        support.wait_for(lambda: self.left(12) == 1, 60, "the message")
        with Client(second.imap_port, user="anna") as client:
            support.wait_for(lambda: self.in_sent(client, 12) == 1, 60, "the copy in Sent")
        self.postern.start()
        self.assertEqual(self.left(12), 1)

    @staticmethod
    def in_sent(client, number):
        client.exists("Sent")
        return len(client.find(f'HEADER Message-ID "<held{number}@example.org>"'))


if STORE == "postgresql":
    del Submission      # TwoServers has its tests
else:
    del TwoServers
unittest.main(argv=sys.argv[:1])
