#!/usr/bin/env python3
"""Real clients against a server, in plain text, with STARTTLS and with TLS from the start.

    clients_test.py SERVER CLIENT      dovecot (proves the scripts), sqlite, postgresql; a script of clients/
"""
import os
import subprocess
import sys
import unittest

import support

SERVER, CLIENT = sys.argv[1:3]


class Client(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(support.imap_server(SERVER, {"test1": "pass"}))

    def run_script(self, tls):
        environment = dict(os.environ, IMAP_PORT=str(self.server.imap_port), IMAPS_PORT=str(self.server.imaps_port), TLS=tls,
                           CAFILE=self.server.path("tls.pem"), MAILUSER="test1", MAILPASS="pass")
        result = subprocess.run([support.beside(f"clients/{CLIENT}.sh")], env=environment, check=False, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        print(result.stdout, end="")
        self.assertEqual(result.returncode, 0, f"{result.stdout}\n{self.server.log_tail()}")

    def test_plain(self):
        self.run_script("none")

    def test_starttls(self):
        self.run_script("starttls")

    def test_tls(self):
        self.run_script("implicit")


unittest.main(argv=sys.argv[:1])
