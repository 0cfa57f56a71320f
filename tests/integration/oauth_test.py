#!/usr/bin/env python3
"""Sources that are opened with OAuth tokens: from the user's consent to his mail, and what happens when it ends.

    oauth_test.py STORE      sqlite, postgresql
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

import support
from fakepop import FakePop
from imap_client import Client
from servers import Postern, PostgreSQL
from servers.certificate import Authority
from servers.postern import build_folder
from token_server import token_server_for

STORE = sys.argv[1]
TOOL = os.path.join(build_folder(), "posternctl")
NAME = "anna@corp.example"


class OAuth(unittest.TestCase):
    def setUp(self):
        self.pop = self.enterContext(FakePop())
        self.pop.behaviour.token_mechanisms = ("XOAUTH2",)
        self.pop.behaviour.sasl_plain = False
        self.drop = self.pop.maildrop(NAME, "nobody knows")
        self.store = STORE if STORE == "sqlite" else self.enterContext(PostgreSQL())

    def begin(self, settings="", **options):
        self.tokens = self.enterContext(token_server_for(self.drop, **options))
        self.postern = self.enterContext(Postern(store=self.store, users={"anna": "pass"}, pop3=("127.0.0.1", self.pop.port, "none"),
                                                 pop3_settings={"oauth": "fake"}, extra={"oauth": f"{{ fake: {self.tokens.settings(settings)} }}"}))
        self.must("source", "add", "anna", NAME)

    def command(self, *arguments):
        return [TOOL, "--config", self.postern.path("postern.yaml"), *arguments]

    def must(self, *arguments, status=0, text=""):
        result = subprocess.run(self.command(*arguments), check=False, timeout=60, capture_output=True, text=True, input=text)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result.stdout + result.stderr

    def authorize(self):
        """The device flow, with a user who takes a moment."""
        tool = subprocess.Popen(self.command("source", "authorize", "anna"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        with tool:
            try:
                asked = len(self.tokens.questions)
                self.assertIn("example.net/device", tool.stdout.readline())
                self.assertIn("WDJB-MJHT", tool.stdout.readline())
                support.wait_for(lambda: len(self.tokens.questions) > asked, 30, "a question before the user has decided")
                self.tokens.approve()
                self.assertIn("authorized", tool.stdout.read())
            finally:
                tool.kill()

    def client(self):
        return self.enterContext(Client(self.postern.imap_port, "anna", "pass"))

    def test_device_flow_to_mail(self):
        """Both mechanisms; tokens too long for one line, and refresh tokens that change at each use."""
        self.drop.add(b"Subject: one\r\n\r\none\r\n")
        self.begin(lifetime=2)      # used up at every second poll
        self.assertIn("not authorized yet  polled never  next never", self.must("source", "list"))
        self.assertEqual(self.pop.count("AUTH"), 0)
        self.authorize()
        client = self.client()
        support.wait_for(lambda: client.exists() == 1, 30, "the message")
        self.pop.behaviour.token_mechanisms = ("OAUTHBEARER", "XOAUTH2")
        questions = len(self.tokens.questions)
        support.wait_for(lambda: len(self.tokens.questions) >= questions + 3, 30, "new tokens")
        self.drop.add(b"Subject: two\r\n\r\ntwo\r\n")
        support.wait_for(lambda: client.exists() == 2, 30, "the second message")
        self.assertEqual(self.pop.token_logins[0], "XOAUTH2")
        self.assertEqual(self.pop.token_logins[-1], "OAUTHBEARER")
        sent = [form["refresh_token"] for form in self.tokens.questions if form["grant_type"] == "refresh_token"]
        self.assertEqual(len(sent), len(set(sent)), "each refresh token was used once")
        # A process that dies goes on with what is on disk.
        self.postern.kill()
        self.postern.start()
        self.drop.add(b"Subject: three\r\n\r\nthree\r\n")
        client = self.client()
        support.wait_for(lambda: client.exists() == 3, 60, "the third message")
        self.assertEqual(client.hashes(), self.drop.hashes())
        self.assert_nothing_shows()

    def assert_nothing_shows(self):     # E9
        """No token stands in any file of the server."""
        for folder, _, files in os.walk(self.postern.folder):
            for name in files:
                with open(os.path.join(folder, name), "rb") as file:
                    octets = file.read()
                for token in self.tokens.issued:
                    self.assertNotIn(token[:40].encode(), octets, os.path.join(folder, name))

    def browse(self, paste):
        """The code flow, with a browser on this machine or on another one."""
        tool = subprocess.Popen(self.command("source", "authorize", "anna", "--browser"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        with tool:
            try:
                while not (found := re.match(r"  (http\S+)", tool.stdout.readline())):
                    pass
                target = self.tokens.browse(found[1])
                if paste:
                    tool.stdin.write(target + "\n")
                    tool.stdin.flush()
                else:
                    with self.assertRaises(urllib.error.HTTPError):
                        urllib.request.urlopen(target.split("?")[0] + "favicon.ico", timeout=10)
                    with urllib.request.urlopen(target, timeout=10) as page:
                        self.assertIn(b"close this page", page.read())
                tool.stdin.close()
                self.assertIn("authorized", tool.stdout.read())
            finally:
                tool.kill()

    def test_browser_flow(self):
        self.drop.add(b"Subject: one\r\n\r\none\r\n")
        self.begin()
        self.browse(paste=False)
        client = self.client()
        support.wait_for(lambda: client.exists() == 1, 30, "the message")

    def test_browser_flow_with_the_browser_elsewhere(self):
        self.drop.add(b"Subject: one\r\n\r\none\r\n")
        self.begin()
        self.browse(paste=True)
        client = self.client()
        support.wait_for(lambda: client.exists() == 1, 30, "the message")

    def test_consent_that_ends(self):   # E8
        """No retries, one notice, the state in METADATA and in posternctl; consent given again puts it all right."""
        self.drop.add(b"Subject: one\r\n\r\none\r\n")
        self.begin()
        self.authorize()
        client = self.client()
        support.wait_for(lambda: client.exists() == 1, 30, "the message")
        self.tokens.revoke()
        support.wait_for(lambda: client.exists() == 2, 30, "the notice")
        self.assertEqual(len(client.find('SUBJECT "asks for your consent again"')), 1)
        self.assertIn("needs the user's consent", self.must("source", "list", "anna"))
        typ, data = client.xatom("GETMETADATA", "(DEPTH infinity)", '""', "/private/vendor/postern/source")
        self.assertEqual(typ, "OK", data)
        self.assertIn("needed", str(client.response("METADATA")[1]))
        questions = len(self.tokens.questions)
        self.drop.add(b"Subject: two\r\n\r\ntwo\r\n")
        self.must("source", "list", "anna")
        self.authorize()
        support.wait_for(lambda: client.exists() == 2 and not client.find('SUBJECT "consent"'), 30, "the second message instead of the notice")
        refreshes = [form for form in self.tokens.questions[questions:] if form["grant_type"] == "refresh_token"]
        self.assertEqual(len(refreshes), 1, "nothing was asked until the user had consented")

    def test_consent_given_again_and_again(self):
        """Also while the server renews what the last one gave: no session that ends afterwards undoes it."""
        self.drop.add(b"Subject: one\r\n\r\none\r\n")
        self.begin(lifetime=1)
        client = self.client()
        for _ in range(4):
            self.authorize()
        support.wait_for(lambda: client.exists() == 1, 60, "the message")
        self.assertNotIn("consent", self.must("source", "list", "anna"))

    def test_an_authorization_server_in_trouble(self):
        self.drop.add(b"Subject: one\r\n\r\none\r\n")
        self.begin(lifetime=1)
        self.tokens.trouble = None
        self.authorize()
        client = self.client()
        support.wait_for(lambda: client.exists() == 1, 30, "the message")
        for trouble in ((503, b"busy"), (200, b"{"), (400, b'{"error":"temporarily_unavailable"}')):
            questions = len(self.tokens.questions)
            self.tokens.trouble = trouble
            support.wait_for(lambda: len(self.tokens.questions) >= questions + 1, 60, "a question in vain")
        self.tokens.trouble = None
        self.drop.add(b"Subject: two\r\n\r\ntwo\r\n")
        support.wait_for(lambda: client.exists() == 2, 60, "the second message")
        self.assertNotIn("consent", self.must("source", "list", "anna"))

    def test_tls_to_the_authorization_server(self):
        """A certificate of the named authority verifies; another gets no question."""
        folder = tempfile.mkdtemp(prefix="tls.", dir="/tmp")
        self.addCleanup(shutil.rmtree, folder, True)
        authority = Authority(folder)
        self.drop.add(b"Subject: one\r\n\r\none\r\n")
        self.begin(settings=f'ca: "{authority.certificate}", ', tls=authority.sign(folder))
        self.authorize()
        client = self.client()
        support.wait_for(lambda: client.exists() == 1, 30, "the message")
        client.logout()
        self.postern.stop()
        self.postern.extra["oauth"] = f"{{ fake: {self.tokens.settings()} }}"
        questions = len(self.tokens.questions)
        self.postern.start()
        support.wait_for(lambda: "certificate verify failed" in self.must("source", "list"), 60, "the refusal")
        self.assertIn("certificate", self.must("source", "authorize", "anna", status=1))
        self.assertEqual(len(self.tokens.questions), questions)

    def test_a_refused_device(self):
        self.begin()
        self.tokens.trouble = (400, b'{"error":"access_denied"}')
        self.assertIn("access_denied", self.must("source", "authorize", "anna", status=1))
        self.tokens.trouble = (401, b'{"error":"invalid_client","error_description":"who?"}')
        self.assertIn("invalid_client: who?", self.must("source", "authorize", "anna", status=1))
        self.assertIn("not authorized yet", self.must("source", "list"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
