#!/usr/bin/env python3
"""The connector of sdk/template, built outside the tree, in a running Postern: what lies in a letterbox is read, and removed,
over IMAP.

    letterbox_test.py PLUGIN      the shared library
"""
import imaplib
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "integration"))

import support  # noqa: E402  (after the path is set)
from imap_client import Client  # noqa: E402
from letterbox import Letterbox  # noqa: E402
from servers import Postern  # noqa: E402
from servers.postern import build_folder, quoted  # noqa: E402

PLUGIN = os.path.abspath(sys.argv[1])
LOGIN, SECRET = "ann@example.net", "open-Sesame-7"


def message(number):
    return (f"From: ann@example.net\r\nSubject: letter {number}\r\nMessage-ID: <{number}@example.net>\r\n\r\n"
            f"Letter {number}\r\n.\r\nends.\r\n").encode()


class WithLetterbox(Postern):
    """A Postern whose provider is a letterbox; its folder of plugins has one more."""

    def __init__(self, port):
        super().__init__(pop3=("127.0.0.1", port, "none"))
        self.connector = "connector-letterbox"

    def start(self):
        os.makedirs(self.path("plugins"), exist_ok=True)
        built = os.path.join(build_folder(), "plugins")
        for file in [*(os.path.join(built, name) for name in os.listdir(built)), PLUGIN]:
            os.symlink(file, self.path(os.path.join("plugins", os.path.basename(file))))
        super().start()

    def configuration(self):
        return super().configuration().replace("server: {", f"server: {{ plugins: {quoted(self.path('plugins'))},", 1)


class LetterboxTest(unittest.TestCase):
    def setUp(self):
        self.box = self.enterContext(Letterbox(LOGIN, SECRET))
        self.letters = [message(number) for number in range(120)]
        for letter in self.letters:
            self.box.add(letter)
        self.postern = self.enterContext(WithLetterbox(self.box.port))

    def wait_for(self, client, count):
        support.wait_for(lambda: client.exists() == count, 60, f"{count} messages")

    def test_letters_are_read_and_removed_over_imap(self):
        with self.assertRaises(imaplib.IMAP4.error):
            Client(self.postern.imap_port, LOGIN, "wrong")
        client = self.enterContext(Client(self.postern.imap_port, LOGIN, SECRET))
        self.wait_for(client, len(self.letters))
        self.assertEqual(sorted(client.bodies().values()), sorted(self.letters))
        self.assertEqual(self.box.count("DELETE"), 0, "reading removes nothing")

        self.box.add(message(1000))
        self.wait_for(client, len(self.letters) + 1)
        client.exists(readonly=False)
        client.remove(client.find('SUBJECT "letter 1000"'))
        support.wait_for(lambda: message(1000) not in self.box.messages.values(), 60, "the removal at the letterbox")
        self.assertEqual(list(self.box.messages.values()), self.letters)

        self.assertTrue(self.box.remove("m1"))
        self.wait_for(client, len(self.letters) - 1)
        self.assertEqual(sorted(client.bodies().values()), sorted(self.letters[1:]))


unittest.main(argv=sys.argv[:1])
