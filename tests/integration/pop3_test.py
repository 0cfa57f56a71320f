#!/usr/bin/env python3
"""POP3 as clients speak it: poplib, curl, fetchmail, getmail, mpop; also in front of a gateway account, with the provider's unique ids.

    pop3_test.py STORE      sqlite, postgresql
"""
import email
import glob
import os
import poplib
import subprocess
import sys
import tempfile
import unittest

import support
from imap_client import Client
from messages import real_messages
from servers import Dovecot, Postern, PostgreSQL

STORE = sys.argv[1]
AUTH = {"auth": "{ hash_memory: 1M, hash_passes: 1 }"}


def crlf(message):
    """A message whose lines are ended as they are sent."""
    lines = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def leaves(message):
    """The decoded parts of a message, without the ends of lines."""
    return [(part.get_payload(decode=True) or b"").split() for part in email.message_from_bytes(message).walk() if not part.is_multipart()]


def store_of(test):
    return "sqlite" if STORE == "sqlite" else test.enterClassContext(PostgreSQL())


class Pop3(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        users = {name: "pass" for name in ("poplib", "curl", "fetchmail", "getmail", "mpop", "tls")}
        cls.postern = cls.enterClassContext(Postern(store=store_of(cls), users=users, extra=AUTH, mail={"pop3": "{ without_utf8: send }"}))

    def fill(self, user, count):
        messages = [crlf(message) for message in real_messages(count)]
        with Client(self.postern.imap_port, user=user) as client:
            for message in messages:
                Client.ok(client.append("INBOX", None, None, message))
        return messages

    def left(self, user):
        with Client(self.postern.imap_port, user=user) as client:
            return int(Client.ok(client.select("INBOX"))[0])

    def test_poplib(self):
        messages = self.fill("poplib", 40)
        client = poplib.POP3("127.0.0.1", self.postern.pop3_port)
        client.user("poplib")
        client.pass_("pass")
        self.assertEqual(client.stat(), (40, sum(len(message) for message in messages)))
        self.assertEqual([int(line.split()[1]) for line in client.list()[1]], [len(message) for message in messages])
        ids = [line.split()[1] for line in client.uidl()[1]]
        self.assertEqual(len(set(ids)), 40)
        for number, message in enumerate(messages, 1):
            self.assertEqual(b"\r\n".join(client.retr(number)[1]) + b"\r\n", message)
        self.assertEqual(client.top(1, 0)[1][-1], b"")
        for number in range(1, 40):
            client.dele(number)
        client.quit()
        self.assertEqual(self.left("poplib"), 1)
        client = poplib.POP3("127.0.0.1", self.postern.pop3_port)
        client.user("poplib")
        client.pass_("pass")
        self.assertEqual(client.uidl()[1], [b"1 " + ids[39]])
        client.quit()

    def test_tls(self):
        context = support.trusting(self.postern.path("tls.pem"))
        client = poplib.POP3("localhost", self.postern.pop3_port)
        self.assertIn("STLS", client.capa())
        client.stls(context)
        self.assertNotIn("STLS", client.capa())
        client.user("tls")
        client.pass_("pass")
        client.quit()
        client = poplib.POP3_SSL("localhost", self.postern.pop3s_port, context=context)
        client.user("tls")
        self.assertRaises(poplib.error_proto, client.pass_, "wrong")
        client.close()

    def test_curl(self):
        [message] = self.fill("curl", 1)
        for url, more in ((f"pop3://localhost:{self.postern.pop3_port}", ["--ssl-reqd"]), (f"pop3s://localhost:{self.postern.pop3s_port}", []),
                          (f"pop3://localhost:{self.postern.pop3_port}", ["--login-options", "AUTH=PLAIN", "--sasl-ir"])):
            result = subprocess.run(["curl", "-sS", "-u", "curl:pass", "--cacert", self.postern.path("tls.pem"), *more, f"{url}/1"],
                                    check=False, capture_output=True, timeout=60)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(result.stdout, message)

    def test_fetchmail(self):
        messages = self.fill("fetchmail", 20)
        with tempfile.TemporaryDirectory() as folder:
            settings = os.path.join(folder, "fetchmailrc")
            with open(settings, "w", encoding="ascii") as file:
                file.write(f"poll localhost service {self.postern.pop3_port} proto pop3 uidl auth password\n"
                           f"  user fetchmail password pass sslproto tls1.2+ sslcertck sslcertfile {self.postern.path('tls.pem')}\n"
                           f"  mda 'cat >>{folder}/mail' nokeep\n")
            os.chmod(settings, 0o600)
            result = subprocess.run(["fetchmail", "-f", settings, "-i", f"{folder}/ids", "--pidfile", f"{folder}/pid", "-v"], check=False,
                                    capture_output=True, text=True, timeout=120, env=dict(os.environ, HOME=folder, FETCHMAILHOME=folder))
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            self.assertEqual(result.stdout.count("flushed"), len(messages))
        self.assertEqual(self.left("fetchmail"), 0)

    def collected(self, folder):
        """What a client has put into a Maildir."""
        out = []
        for name in glob.glob(f"{folder}/new/*"):
            with open(name, "rb") as file:
                out.append(file.read())
        return out

    def maildir(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        for name in ("mail", "mail/new", "mail/cur", "mail/tmp"):
            os.mkdir(os.path.join(folder, name))
        return folder

    def all_collected(self, folder, messages):
        """Clients write header fields and boundaries anew: the parts are what was stored."""
        self.assertEqual(sorted(leaves(mail) for mail in self.collected(f"{folder}/mail")), sorted(leaves(message) for message in messages))

    def test_getmail(self):
        messages = self.fill("getmail", 20)
        folder = self.maildir()
        settings = os.path.join(folder, "getmailrc")
        with open(settings, "w", encoding="ascii") as file:
            file.write("[retriever]\ntype = SimplePOP3SSLRetriever\nserver = localhost\nusername = getmail\npassword = pass\n"
                       f"port = {self.postern.pop3s_port}\nca_certs = {self.postern.path('tls.pem')}\n"
                       # Its own Maildir writer refuses to run as root.
                       "[destination]\ntype = MDA_external\nallow_root_commands = true\npath = /bin/sh\n"
                       f'arguments = ("-c", "cat >$(mktemp {folder}/mail/new/XXXXXX)")\n'
                       "[options]\ndelete = true\nread_all = false\ndelivered_to = false\nreceived = false\n")
        def getmail():
            return subprocess.run(["getmail", "--getmaildir", folder, "--rcfile", settings], check=False, capture_output=True, text=True, timeout=120)
        result = getmail()
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.all_collected(folder, messages)
        self.assertEqual(self.left("getmail"), 0)

    def test_mpop(self):
        messages = self.fill("mpop", 20)
        folder = self.maildir()
        def mpop():
            return subprocess.run(["mpop", "--host=localhost", f"--port={self.postern.pop3_port}", "--user=mpop", "--passwordeval=echo pass",
                                   "--tls=on", "--tls-starttls=on", f"--tls-trust-file={self.postern.path('tls.pem')}", "--keep=on",
                                   f"--uidls-file={folder}/ids", f"--delivery=maildir,{folder}/mail", "--received-header=off"],
                                  check=False, capture_output=True, text=True, timeout=120)
        for _ in range(2):      # what it has by its unique ids it does not fetch again
            result = mpop()
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            self.all_collected(folder, messages)
        self.assertEqual(self.left("mpop"), 20)


class Gateway(unittest.TestCase):
    def test_ids_are_the_providers(self):
        provider = self.enterContext(Dovecot())
        provider_messages = [crlf(message) for message in real_messages(5)]
        with Client(provider.imap_port, user="test1") as client:
            for message in provider_messages:
                Client.ok(client.append("INBOX", None, None, message))
        there = poplib.POP3("127.0.0.1", provider.pop3_port)
        there.user("test1")
        there.pass_("pass")
        ids = [line.split()[1] for line in there.uidl()[1]]
        there.quit()
        store = "sqlite" if STORE == "sqlite" else self.enterContext(PostgreSQL())
        postern = self.enterContext(Postern(store=store, pop3=("127.0.0.1", provider.pop3_port, "none"), extra=AUTH, mail={}))

        def listed():
            client = poplib.POP3("127.0.0.1", postern.pop3_port)
            client.user("test1")
            client.pass_("pass")
            try:
                return [line.split()[1] for line in client.uidl()[1]]
            finally:
                client.quit()
        support.wait_for(lambda: len(listed()) == 5, 60, "the provider's messages")
        self.assertEqual(listed(), ids)


unittest.main(argv=sys.argv[:1])
