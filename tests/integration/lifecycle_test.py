#!/usr/bin/env python3
"""The daemon as its operator meets it: stop, certificate reload, --check, STARTTLS."""
import os
import signal
import socket
import ssl
import subprocess
import sys
import unittest

import support
from imap_client import Client
from servers import Postern
from servers.certificate import self_signed
from servers.postern import build_folder

DAEMON = os.path.join(build_folder(), "postern")


class Lifecycle(unittest.TestCase):
    def setUp(self):
        self.postern = self.enterContext(Postern(users={"test1": "pass"}))

    def peer_certificate(self):
        """What the TLS port shows."""
        with socket.create_connection(("127.0.0.1", self.postern.imaps_port), 30) as plain:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            with context.wrap_socket(plain) as tls:
                return tls.getpeercert(binary_form=True)

    def test_stop_says_bye_to_everybody(self):
        clients = [Client(self.postern.imap_port) for _ in range(10)]
        for client in clients:
            client.exists()
        clients[0].send(b"x IDLE\r\n")
        self.assertTrue(clients[0].readline().startswith(b"+"))
        stranger = socket.create_connection(("127.0.0.1", self.postern.imap_port), 30)
        self.addCleanup(stranger.close)
        self.assertIn(b"* OK", stranger.recv(1000))
        self.postern.process.send_signal(signal.SIGTERM)
        for client in clients:
            # A client in IDLE is told the end of its command too.
            self.assertIn(b"* BYE", client.readline() + client.readline())
        self.assertIn(b"* BYE", stranger.recv(1000))
        self.assertEqual(self.postern.process.wait(5), 0, self.postern.log_tail())

    def test_certificate_is_reloaded_without_dropping_anyone(self):
        client = self.enterContext(Client(self.postern.imap_port))
        client.exists()
        before = self.peer_certificate()
        self_signed(self.postern.folder)
        self.postern.process.send_signal(signal.SIGHUP)
        support.wait_for(lambda: self.peer_certificate() != before, 30, "the new certificate")
        with open(self.postern.path("tls.pem"), encoding="ascii") as file:
            self.assertEqual(self.peer_certificate(), ssl.PEM_cert_to_DER_cert(file.read()))
        Client.ok(client.noop())

    def test_plaintext_behind_starttls_is_thrown_away(self):
        with socket.create_connection(("127.0.0.1", self.postern.imap_port), 30) as plain:
            self.assertIn(b"STARTTLS", plain.recv(1000))
            plain.sendall(b"a STARTTLS\r\nb CREATE injected\r\n")
            answer = b""
            while b"\r\n" not in answer:
                answer += plain.recv(1)
            self.assertTrue(answer.startswith(b"a OK"), answer)
            with support.trusting(self.postern.path("tls.pem")).wrap_socket(plain, server_hostname="localhost") as tls:
                tls.sendall(b"c NOOP\r\n")
                self.assertTrue(tls.recv(1000).startswith(b"c OK"), "the injected command was heard")

    def test_check_finds_every_mistake(self):
        good = self.postern.path("postern.yaml")
        self.assertEqual(subprocess.run([DAEMON, "--check", good], check=False, timeout=60).returncode, 0)
        with open(good, encoding="utf-8") as file:
            text = file.read()
        bad = self.postern.write("bad.yaml", text.replace("- imap\n", "- imapp\n").replace("tls: starttls", "tls: startls")
                                 .replace("server: {", "servr: {"))
        result = subprocess.run([DAEMON, "--check", bad], check=False, capture_output=True, text=True, timeout=60)
        self.assertNotEqual(result.returncode, 0)
        said = result.stdout + result.stderr
        for mistake in ("imapp", "startls", "servr"):
            self.assertIn(mistake, said)
        self.assertRegex(said, r"bad\.yaml:\d+")

    def test_second_start_goes_on_where_the_first_ended(self):
        with Client(self.postern.imap_port) as client:
            Client.ok(client.append("INBOX", "(\\Flagged word)", None, b"Subject: kept\r\n\r\nbody\r\n"))
            flags, bodies = client.flags(), client.bodies()
        self.assertEqual(self.postern.stop(), 0)
        self.postern.start()
        with Client(self.postern.imap_port) as client:
            self.assertEqual(client.bodies(), bodies)
            self.assertEqual({uid: found - {"\\Recent"} for uid, found in client.flags().items()},
                             {uid: found - {"\\Recent"} for uid, found in flags.items()})


unittest.main(argv=sys.argv[:1])
