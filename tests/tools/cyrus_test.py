#!/usr/bin/env python3
"""The private Cyrus serves mail, keeps it over a stop and a crash, and leaves nothing running."""
import imaplib
import os
import poplib
import smtplib
import subprocess
import sys
import unittest

from script import TOOLS

sys.path.insert(0, TOOLS)
from servers import Cyrus  # noqa: E402
from servers.process import wait_for  # noqa: E402

MAIL = "From: a@example.org\r\nSubject: one\r\nMessage-ID: <{}@example.org>\r\n\r\nHello\r\n"


class CyrusServer(unittest.TestCase):
    def setUp(self):
        self.server = Cyrus(users={"ann": "secret", "bob": "other"})
        self.addCleanup(self.server.close)
        self.server.start()

    def imap(self, user, password):
        client = imaplib.IMAP4("127.0.0.1", self.server.imap_port)
        self.addCleanup(client.shutdown)
        client.login(user, password)
        return client

    def deliver(self, user, number):
        with smtplib.LMTP("127.0.0.1", self.server.lmtp_port) as client:
            self.assertEqual(client.sendmail("a@example.org", [f"{user}@example.org"], MAIL.format(number)), {})

    def exists(self, user="ann", password="secret"):
        return int(self.imap(user, password).select("INBOX")[1][0])

    def test_each_user_has_a_password(self):
        self.imap("ann", "secret")
        with self.assertRaises(imaplib.IMAP4.error):
            self.imap("ann", "other")
        self.server.add_users({"eve": "late"})
        self.imap("eve", "late")

    def test_delivered_mail_is_served_by_pop3_and_imap(self):
        self.deliver("ann", 1)
        client = poplib.POP3_SSL("127.0.0.1", self.server.pop3s_port)
        self.addCleanup(client.close)
        client.user("ann")
        client.pass_("secret")
        self.assertIn(b"Hello", client.retr(1)[1])
        client.quit()
        self.assertEqual(self.exists(), 1)
        self.assertEqual(self.exists("bob", "other"), 0)

    def test_mailboxes_are_beside_inbox(self):
        client = self.imap("ann", "secret")
        self.assertEqual(client.create("Big")[0], "OK")
        self.assertIn(b'(\\HasNoChildren) "/" Big', client.list()[1])

    def test_idle_is_told_at_once(self):
        """Within a poll's minute."""
        client = self.imap("ann", "secret")
        client.select("INBOX")
        client.sock.settimeout(30)
        client.send(b"1 IDLE\r\n")
        self.assertTrue(client.readline().startswith(b"+"))
        self.deliver("ann", 1)
        self.assertIn(b"EXISTS", client.readline())

    def test_mail_outlives_a_stop_and_a_crash(self):
        self.deliver("ann", 1)
        self.server.stop()
        self.server.start()
        self.deliver("ann", 2)
        self.server.kill()
        self.server.start()
        self.assertEqual(self.exists(), 2)

    def test_nothing_is_left(self):
        self.imap("ann", "secret")
        group = self.server.group
        self.server.close()
        with self.assertRaises(ProcessLookupError):
            os.killpg(group, 0)
        self.assertFalse(os.path.exists(self.server.folder))


    def test_it_does_not_outlive_its_parent(self):
        program = f"import os, sys; sys.path.insert(0, '{TOOLS}')\nfrom servers import Cyrus\n" \
                  f"server = Cyrus('{self.server.folder}/more'); server.start(); print(server.group, flush=True); os._exit(0)"
        group = int(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout)

        def gone():
            try:
                return os.killpg(group, 0)
            except ProcessLookupError:
                return True
        wait_for(gone, 60, "Cyrus to end")


if __name__ == "__main__":
    unittest.main()
