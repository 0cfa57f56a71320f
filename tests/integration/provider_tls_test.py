#!/usr/bin/env python3
"""TLS to the provider: a certificate that verifies, and those that do not and must get no password."""
import os
import shutil
import tempfile
import unittest

import support
from fakepop import FakePop
from imap_client import Client
from messages import originals, sha256
from provider import Provider
from servers import Postern
from servers.certificate import Authority, key_pin, self_signed


class ProviderTls(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="tls.", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.authority = Authority(self.folder)

    def postern(self, port, tls, **settings):
        return self.enterContext(Postern(pop3=("localhost", port, tls), pop3_settings=settings))

    def refused(self, postern, *why):
        """A sign-in is refused for the time being; the log says why."""
        with self.assertRaises(Client.error) as caught:
            Client(postern.imap_port)
        self.assertIn("UNAVAILABLE", str(caught.exception))
        # The log is written by a thread of its own.
        line = support.wait_for(lambda: next((line for line in postern.log_tail().splitlines() if "refused a sign-in" in line), None),
                                30, "the log to tell")
        for word in ("test1", *why):
            self.assertIn(word, line)

    def test_dovecot_with_a_certificate_that_verifies(self):
        provider = Provider()
        self.authority.sign(provider.folder)
        self.enterContext(provider)
        messages = originals()[:20]
        provider.put(messages)
        for tls, port in (("starttls", provider.pop3_port), ("implicit", provider.pop3s_port)):
            with self.subTest(tls), Postern(pop3=("localhost", port, tls), pop3_settings={"ca": self.authority.certificate}) as postern:
                with Client(postern.imap_port) as client:
                    support.wait_for(lambda client=client: client.exists() == len(messages), 60, "the messages")
                    self.assertEqual(client.hashes(), sorted(map(sha256, messages)))
        with open(provider.log_file, encoding="utf-8", errors="replace") as file:
            self.assertEqual([line for line in file if "Login: user=<test1>" in line and "TLS" not in line], [], "signed in without TLS")

    def test_dovecot_with_a_certificate_of_nobody(self):
        provider = self.enterContext(Provider(settings="auth_verbose = yes\nauth_debug = yes\n"))
        provider.put(originals()[:1])
        for tls, port in (("starttls", provider.pop3_port), ("implicit", provider.pop3s_port)):
            for settings in ({"verify": "true"}, {"ca": self.authority.certificate}):
                with self.subTest(tls, **settings), Postern(pop3=("localhost", port, tls), pop3_settings=settings) as postern:
                    self.refused(postern, "certificate verify failed", "self-signed certificate")
        with open(provider.log_file, encoding="utf-8", errors="replace") as file:
            self.assertNotIn("test1", file.read(), "the provider has been told a name")

    def test_no_password_for_the_wrong_server(self):
        provider = self.enterContext(FakePop())
        provider.maildrop("test1", "pass")
        good, key = self.authority.sign(self.folder)
        certificates = {
            "certificate has expired": self.authority.sign(self.made("expired"), days=-1),
            "hostname mismatch": self.authority.sign(self.made("name"), names="DNS:pop.example.net"),
            "self-signed certificate": self_signed(self.made("self")),
        }
        for tls in ("starttls", "implicit"):
            provider.behaviour.tls = tls
            for why, (provider.behaviour.certificate, provider.behaviour.key) in certificates.items():
                with self.subTest(tls, why=why), Postern(pop3=("localhost", provider.port, tls),
                                                         pop3_settings={"ca": self.authority.certificate}) as postern:
                    self.refused(postern, "certificate verify failed", why)
        provider.behaviour.certificate, provider.behaviour.key = good, key
        with self.subTest("another key than the pinned one"):
            postern = self.postern(provider.port, "implicit", pin=key_pin(self_signed(self.made("other"))[0]))
            self.refused(postern, "not the pinned one")
        provider.behaviour.tls = "none"
        with self.subTest("no STLS where it is required"):
            self.refused(self.postern(provider.port, "starttls", ca=self.authority.certificate), "STLS")
        for command in ("USER", "PASS", "AUTH"):
            self.assertEqual(provider.count(command), 0, provider.log())

    def test_pin(self):
        """A pinned key is enough, and is asked for where nothing else would be."""
        provider = self.enterContext(FakePop())
        provider.behaviour.tls = "implicit"
        provider.behaviour.certificate, provider.behaviour.key = self_signed(self.folder)
        provider.maildrop("test1", "pass").add(b"Subject: pinned\r\n\r\n.\r\n")
        postern = self.postern(provider.port, "implicit", pin=key_pin(provider.behaviour.certificate))
        with Client(postern.imap_port) as client:
            support.wait_for(lambda: client.exists() == 1, 60, "the message")

    def test_a_provider_whose_certificate_goes_bad(self):
        """Mail that is here stays readable with the known password; nothing is sent to the provider."""
        provider = self.enterContext(FakePop())
        provider.behaviour.tls = "implicit"
        provider.behaviour.certificate, provider.behaviour.key = self.authority.sign(self.folder)
        maildrop = provider.maildrop("test1", "pass")
        maildrop.add(b"Subject: one\r\n\r\n.\r\n")
        postern = self.postern(provider.port, "implicit", ca=self.authority.certificate)
        with Client(postern.imap_port) as client:
            support.wait_for(lambda: client.exists() == 1, 60, "the message")
        provider.behaviour.certificate, provider.behaviour.key = self_signed(self.made("bad"))
        support.wait_for(lambda: "polling failed" in postern.log_tail(), 60, "a poll that fails")
        self.assertRegex(postern.log_tail(), "polling failed.*certificate verify failed")
        logins = provider.count("PASS")
        with Client(postern.imap_port) as client:
            self.assertEqual(client.exists(), 1)
        self.assertEqual(provider.count("PASS"), logins)

    def made(self, name):
        folder = os.path.join(self.folder, name)
        os.mkdir(folder)
        return folder


unittest.main()
