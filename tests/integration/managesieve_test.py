#!/usr/bin/env python3
"""sieve-connect manages the scripts of an account; posternctl says what they do."""
import os
import subprocess
import unittest

import support  # noqa: F401  (makes tools/servers importable)
from servers import Postern
from servers.postern import build_folder
from servers.process import free_port

TOOL = os.path.join(build_folder(), "posternctl")
SCRIPT = b'require ["fileinto", "variables"];\r\nif header :matches "Subject" "[*]*" { fileinto "${1}"; }\r\n'
MESSAGE = b"From: a@example.org\r\nSubject: [lists] hello\r\n\r\nbody\r\n"


class WithSieve(Postern):
    def configuration(self):
        self.sieve_port = free_port()
        text = super().configuration()
        text = text.replace("  - imap\n", "  - imap\n  - sieve\n  - sieve-extensions: sieve\n  - managesieve\n", 1)
        listener = f'  - {{ protocol: managesieve, address: "127.0.0.1:{self.sieve_port}", tls: starttls }}\n'
        return text.replace("listeners:\n", "listeners:\n" + listener, 1)


class ManageSieve(unittest.TestCase):
    def setUp(self):
        self.postern = self.enterContext(WithSieve(users={"test1": "pass"}))

    def write(self, name, content):
        path = self.postern.path(name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def client(self, *arguments, password="pass"):
        return subprocess.run(
            ["sieve-connect", "--server", "localhost", "--4", "--port", str(self.postern.sieve_port), "--user", "test1", "--passwordfd", "0",
             "--authmech", "PLAIN", "--tlscafile", self.postern.path("tls.pem"), "--noclearauth", *arguments],
            check=False, timeout=60, capture_output=True, input=password.encode() + b"\n")

    def must(self, *arguments):
        result = self.client(*arguments)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout.decode()

    def test_scripts_come_and_go(self):
        path = self.write("main.sieve", SCRIPT)
        self.must("--localsieve", path, "--remotesieve", "main", "--upload")
        self.must("--remotesieve", "main", "--activate")
        self.assertIn('"main" ACTIVE', self.must("--list"))
        copy = self.postern.path("copy.sieve")
        self.must("--remotesieve", "main", "--localsieve", copy, "--download")
        with open(copy, "rb") as file:
            self.assertEqual(file.read().replace(b"\r\n", b"\n"), SCRIPT.replace(b"\r\n", b"\n"))
        self.must("--deactivate")
        self.must("--remotesieve", "main", "--delete")
        self.assertNotIn("main", self.must("--list"))

    def test_what_is_wrong_is_refused(self):
        path = self.write("bad.sieve", b"keep;\r\n  frob;\r\n")
        refused = self.client("--localsieve", path, "--remotesieve", "bad", "--upload")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn(b"line 2, column 3", refused.stdout + refused.stderr)
        self.assertNotEqual(self.client("--list", password="wrong").returncode, 0)

    def test_posternctl_says_what_a_script_does(self):
        script, message = self.write("main.sieve", SCRIPT), self.write("message.eml", MESSAGE)
        for config in (self.postern.path("postern.yaml"), "/nonexistent.yaml"):
            with self.subTest(config):
                checked = subprocess.run([TOOL, "--config", config, "sieve", "check", script], check=False, timeout=60, capture_output=True, text=True)
                self.assertEqual(checked.returncode, 0, checked.stderr)
                tested = subprocess.run([TOOL, "--config", config, "sieve", "test", script, message], check=False, timeout=60,
                                        capture_output=True, text=True)
                self.assertEqual(tested.stdout, 'fileinto mailbox="lists"\n', tested.stderr)
        bad = self.write("bad.sieve", b"keep;\n  frob;\n")
        wrong = subprocess.run([TOOL, "sieve", "check", bad], check=False, timeout=60, capture_output=True, text=True)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn(":2:3: there is no command", wrong.stderr)


unittest.main()
