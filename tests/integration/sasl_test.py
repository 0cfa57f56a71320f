#!/usr/bin/env python3
"""Signing in without sending the password: gsasl, msmtp and mpop, over IMAP, submission and POP3."""
import base64
import hashlib
import hmac
import http.server
import imaplib
import json
import subprocess
import threading
import unittest
import urllib.parse

import support
from servers import Postern

AUTH = {"auth": "{ hash_memory: 1M, hash_passes: 1, failure_delay: 10ms, rates: no }"}
RELAY = '{ hosts: { "*": { server: "127.0.0.1:9", tls: none, user: relay, password: "way out" } } }'
SCRAM = ("SCRAM-SHA-256", "SCRAM-SHA-1")


def run(*command, text=""):
    return subprocess.run([str(word) for word in command], input=text, text=True, capture_output=True, timeout=60, check=False)


class Scram:
    """The client's side (RFC 5802) with SHA-256: what imaplib calls for each challenge."""

    def __init__(self, user, password, header, binding):
        self.password, self.header, self.binding = password.encode(), header, binding
        self.bare = f"n={user},r=rOprNGfwEbeRWgbNEkqO".encode()
        self.steps = iter((self.first, self.final, lambda challenge: b""))

    def __call__(self, challenge):
        return next(self.steps)(challenge)

    def first(self, _challenge):
        return self.header + self.bare

    def final(self, challenge):
        fields = dict(field.split(b"=", 1) for field in challenge.split(b","))
        salted = hashlib.pbkdf2_hmac("sha256", self.password, base64.b64decode(fields[b"s"]), int(fields[b"i"]))
        key = hmac.digest(salted, b"Client Key", "sha256")
        unproven = b"c=" + base64.b64encode(self.header + self.binding) + b",r=" + fields[b"r"]
        signature = hmac.digest(hashlib.sha256(key).digest(), b",".join((self.bare, challenge, unproven)), "sha256")
        return unproven + b",p=" + base64.b64encode(bytes(a ^ b for a, b in zip(key, signature)))


class Sasl(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postern = cls.enterClassContext(Postern(users={"anna": "pa,ss=word", "jörg": "Straße"}, extra=AUTH,
                                                    mail={"relay": RELAY, "submission": "{ name: mx.example.org }"}))

    def gsasl(self, mechanism, *options, user="anna", password="pa,ss=word", protocol="imap"):
        port = self.postern.imap_port if protocol == "imap" else self.postern.submission_port
        return run("gsasl", f"--{protocol}", f"--connect=localhost:{port}", f"--mechanism={mechanism}", f"--authentication-id={user}", f"--authorization-id={user}",
                   f"--password={password}", *options)

    def accepted(self, result):
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def refused(self, result):
        self.assertNotEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_gsasl_over_imap_and_submission(self):
        for protocol in ("imap", "smtp"):
            for mechanism in SCRAM:
                with self.subTest(protocol=protocol, mechanism=mechanism):
                    self.accepted(self.gsasl(mechanism, "--no-starttls", protocol=protocol))
                    self.refused(self.gsasl(mechanism, "--no-starttls", password="wrong", protocol=protocol))
                    self.refused(self.gsasl(mechanism, "--no-starttls", user="nobody", protocol=protocol))

    def test_the_channel_is_bound(self):
        # gsasl takes tls-exporter with TLS 1.3 and tls-unique before.
        for mechanism in SCRAM:
            for priority in ("NORMAL", "NORMAL:-VERS-ALL:+VERS-TLS1.2"):
                with self.subTest(mechanism=mechanism, priority=priority):
                    options = ("--starttls", f"--x509-ca-file={self.postern.path('tls.pem')}", f"--priority={priority}")
                    self.accepted(self.gsasl(mechanism + "-PLUS", *options))
                    self.refused(self.gsasl(mechanism + "-PLUS", *options, password="wrong"))
                    # It says that it could bind the channel and was not told that we can: somebody hid the name (RFC 5802 section 6).
                    self.refused(self.gsasl(mechanism, *options))

    def test_the_end_point_is_bound(self):
        context = support.trusting(self.postern.path("tls.pem"))
        for wrong in (b"", b"x"):
            with self.subTest(wrong=wrong):
                client = imaplib.IMAP4_SSL("localhost", self.postern.imaps_port, ssl_context=context)
                binding = hashlib.sha256(client.sock.getpeercert(binary_form=True)).digest() + wrong
                scram = Scram("anna", "pa,ss=word", b"p=tls-server-end-point,,", binding)
                if wrong:
                    with self.assertRaises(imaplib.IMAP4.error):
                        client.authenticate("SCRAM-SHA-256-PLUS", scram)
                else:
                    self.assertEqual(client.authenticate("SCRAM-SHA-256-PLUS", scram)[0], "OK")
                client.shutdown()

    def test_names_and_passwords_beyond_ascii(self):
        for mechanism in SCRAM:
            # Composed and decomposed forms are the same password.
            for password in ("Straße", "Stra\u00dfe"):
                self.accepted(self.gsasl(mechanism, "--no-starttls", user="jörg", password=password))
                self.accepted(self.gsasl(mechanism, "--no-starttls", user="jo\u0308rg", password=password))

    def test_mpop(self):
        for mechanism in SCRAM:
            for tls in (("--tls=off",), ("--tls=on", "--tls-starttls=on", f"--tls-trust-file={self.postern.path('tls.pem')}")):
                with self.subTest(mechanism=mechanism, tls=tls):
                    def mpop(password):
                        return run("mpop", "--host=localhost", f"--port={self.postern.pop3_port}", f"--auth={mechanism.lower()}", "--user=anna",
                                   f"--passwordeval=echo {password}", "--auth-only", "--delivery=mbox,/dev/null", *tls)
                    self.accepted(mpop("pa,ss=word"))
                    self.refused(mpop("wrong"))

    def test_msmtp(self):
        letter = "From: anna@example.org\nTo: bob@far.example\nSubject: x\n\nBody\n"
        for mechanism in SCRAM:
            with self.subTest(mechanism=mechanism):
                def msmtp(password):
                    return run("msmtp", "--host=localhost", f"--port={self.postern.submission_port}", f"--auth={mechanism.lower()}", "--user=anna",
                               f"--passwordeval=echo {password}", "--from=anna@example.org", "--tls=off", "bob@far.example", text=letter)
                # There is no smart host: who gets as far as being told so is signed in.
                self.assertIn("4.4", msmtp("pa,ss=word").stderr)
                self.assertIn("authentication failed", msmtp("wrong").stderr)

    def test_what_is_announced(self):
        plain = imaplib.IMAP4("localhost", self.postern.imap_port)
        secured = imaplib.IMAP4_SSL("localhost", self.postern.imaps_port, ssl_context=support.trusting(self.postern.path("tls.pem")))
        for mechanism in SCRAM:
            self.assertIn(f"AUTH={mechanism}", plain.capabilities)
            self.assertNotIn(f"AUTH={mechanism}-PLUS", plain.capabilities)
            self.assertIn(f"AUTH={mechanism}-PLUS", secured.capabilities)
        for client in (plain, secured):
            client.shutdown()


class Listed(unittest.TestCase):
    def test_only_what_the_operator_lists_is_offered(self):
        settings = {"auth": "{ hash_memory: 1M, hash_passes: 1, failure_delay: 10ms, mechanisms: [SCRAM-SHA-256, SCRAM-SHA256] }"}
        with Postern(users={"anna": "pass"}, extra=settings) as postern:
            def gsasl(mechanism):
                return run("gsasl", "--imap", f"--connect=localhost:{postern.imap_port}", f"--mechanism={mechanism}", "--authentication-id=anna",
                           "--authorization-id=anna", "--password=pass", "--no-starttls")
            self.assertEqual(gsasl("SCRAM-SHA-256").returncode, 0)
            self.assertNotEqual(gsasl("SCRAM-SHA-1").returncode, 0)
            self.assertNotEqual(gsasl("PLAIN").returncode, 0)
            with open(postern.log_file, encoding="utf-8") as log:
                self.assertRegex(log.read(), r"lists what nothing provides.*mechanism=SCRAM-SHA256\b")


class Introspection(http.server.ThreadingHTTPServer):
    """An authorization server that knows some tokens (RFC 7662)."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), IntrospectionHandler)
        self.known = {"good-token": {"active": True, "username": "anna", "scope": "mail"},
                      "other-scope": {"active": True, "username": "anna", "scope": "files"}}
        self.asked = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def server_close(self):
        self.shutdown()
        super().server_close()


class IntrospectionHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.server.asked.append((self.headers["Authorization"], form["token"]))
        text = json.dumps(self.server.known.get(form["token"], {"active": False})).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class WithTokens(Postern):
    def configuration(self):
        settings = f'{{ introspection: "http://127.0.0.1:{self.introspection}/", client_id: us, client_secret: pw, scope: mail }}'
        return super().configuration().replace("  - imap\n", f"  - imap\n  - auth-oauth: {settings}\n", 1)


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Introspection())
        postern = WithTokens(users={"anna": "pass"}, extra=AUTH, mail={"relay": RELAY, "submission": "{ name: mx.example.org }"})
        postern.introspection = cls.server.server_address[1]
        cls.postern = cls.enterClassContext(postern)

    def test_curl_over_imap(self):
        for mechanism in ("OAUTHBEARER", "XOAUTH2"):
            with self.subTest(mechanism=mechanism):
                def curl(token):
                    return run("curl", "-s", f"imap://localhost:{self.postern.imap_port}/", "--login-options", f"AUTH={mechanism}", "--user", "anna:",
                               "--oauth2-bearer", token)
                accepted = curl("good-token")
                self.assertEqual(accepted.returncode, 0, accepted.stderr)
                self.assertIn("INBOX", accepted.stdout)
                for token in ("bad-token", "other-scope"):
                    self.assertEqual(curl(token).returncode, 67)
        self.assertIn(("Basic dXM6cHc=", "good-token"), self.server.asked)

    def test_msmtp_and_mpop(self):
        letter = "From: anna@example.org\nTo: bob@far.example\nSubject: x\n\nBody\n"
        trust = f"--tls-trust-file={self.postern.path('tls.pem')}"
        for mechanism in ("oauthbearer", "xoauth2"):
            with self.subTest(mechanism=mechanism):
                def msmtp(token):
                    return run("msmtp", "--host=localhost", f"--port={self.postern.submission_port}", f"--auth={mechanism}", "--user=anna",
                               f"--passwordeval=echo {token}", "--from=anna@example.org", "--tls=on", trust, "bob@far.example", text=letter)

                def mpop(token):
                    return run("mpop", "--host=localhost", f"--port={self.postern.pop3_port}", f"--auth={mechanism}", "--user=anna",
                               f"--passwordeval=echo {token}", "--auth-only", "--delivery=mbox,/dev/null", "--tls=on", "--tls-starttls=on", trust)
                self.assertIn("4.4", msmtp("good-token").stderr)
                self.assertIn("authentication failed", msmtp("bad-token").stderr)
                self.assertEqual(mpop("good-token").returncode, 0)
                self.assertNotEqual(mpop("bad-token").returncode, 0)


class WithCertificates(Postern):
    """Clients of the port with STARTTLS are known by the addresses in their certificates, those of the other by their common names."""

    def configuration(self):
        text = super().configuration()
        for tls, account in (("starttls", "email"), ("implicit", "common_name")):
            asked = f"client_certificates: {{ authorities: authority.pem, account: {account} }}"
            text = text.replace(f"tls: {tls} }}", f"tls: {tls}, {asked} }}", 1)
        return text

    def start(self):
        for authority in ("authority", "stranger"):
            self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={authority}",
                         "-keyout", self.path(f"{authority}.key"), "-out", self.path(f"{authority}.pem"))
        self.certify("anna", "authority", "email:anna@example.org")
        self.certify("both", "authority", "email:anna@example.org,email:ben@example.org")
        self.certify("server", "authority", "email:anna@example.org", "serverAuth")
        self.certify("thief", "stranger", "email:anna@example.org")
        super().start()

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)

    def certify(self, name, authority, alternatives, usage="clientAuth"):
        extensions = self.write(f"{name}.ext", f"subjectAltName={alternatives}\nextendedKeyUsage={usage}\n")
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/O=x/CN={name}", "-keyout", self.path(f"{name}.key"),
                     "-out", self.path(f"{name}.csr"))
        self.openssl("x509", "-req", "-in", self.path(f"{name}.csr"), "-CA", self.path(f"{authority}.pem"), "-CAkey", self.path(f"{authority}.key"), "-CAcreateserial",
                     "-days", "2", "-extfile", extensions, "-out", self.path(f"{name}.pem"))


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.postern = cls.enterClassContext(WithCertificates(users={"anna@example.org": "pass", "anna": "pass"}, extra=AUTH))

    def context(self, name):
        context = support.trusting(self.postern.path("tls.pem"))
        if name:
            context.load_cert_chain(self.postern.path(f"{name}.pem"), self.postern.path(f"{name}.key"))
        return context

    def starttls(self, name):
        client = imaplib.IMAP4("localhost", self.postern.imap_port)
        self.addCleanup(client.shutdown)
        client.starttls(self.context(name))
        return client

    def test_the_address_names_the_account(self):
        client = self.starttls("anna")
        self.assertIn("AUTH=EXTERNAL", client.capabilities)
        self.assertEqual(client.authenticate("EXTERNAL", lambda _: b"anna@example.org")[0], "OK")
        client = self.starttls("anna")
        with self.assertRaisesRegex(imaplib.IMAP4.error, "another user"):
            client.authenticate("EXTERNAL", lambda _: b"anna")

    def test_the_common_name_names_the_account(self):
        client = imaplib.IMAP4_SSL("localhost", self.postern.imaps_port, ssl_context=self.context("anna"))
        self.addCleanup(client.shutdown)
        self.assertEqual(client.authenticate("EXTERNAL", lambda _: b"anna")[0], "OK")

    def test_gsasl(self):
        result = run("gsasl", "--imap", f"--connect=localhost:{self.postern.imap_port}", "--mechanism=EXTERNAL", "--authorization-id=anna@example.org",
                     "--starttls", f"--x509-ca-file={self.postern.path('tls.pem')}", f"--x509-cert-file={self.postern.path('anna.pem')}",
                     f"--x509-key-file={self.postern.path('anna.key')}")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_who_is_not_named_uses_other_mechanisms(self):
        for name in (None, "both"):
            with self.subTest(name):
                client = self.starttls(name)
                self.assertNotIn("AUTH=EXTERNAL", client.capabilities)
                with self.assertRaises(imaplib.IMAP4.error):
                    client.authenticate("EXTERNAL", lambda _: b"")
                self.assertEqual(client.login("anna", "pass")[0], "OK")

    def test_certificates_that_do_not_verify_are_turned_away(self):
        for name in ("thief", "server"):
            with self.subTest(name), self.assertRaises((OSError, imaplib.IMAP4.abort)):
                self.starttls(name).noop()


class OldClients(unittest.TestCase):
    def test_cram_md5_where_the_operator_lists_it(self):
        settings = {"auth": "{ hash_memory: 1M, hash_passes: 1, failure_delay: 10ms, mechanisms: [CRAM-MD5] }"}
        with Postern(users={"anna": "pass"}, extra=settings) as postern:
            def gsasl(password):
                return run("gsasl", "--imap", f"--connect=localhost:{postern.imap_port}", "--mechanism=CRAM-MD5", "--authentication-id=anna", f"--password={password}",
                           "--no-starttls").returncode
            self.assertEqual(gsasl("pass"), 0)
            self.assertNotEqual(gsasl("wrong"), 0)
            client = imaplib.IMAP4("localhost", postern.imap_port)
            self.assertEqual(client.login_cram_md5("anna", "pass")[0], "OK")
            client.logout()

    def test_anonymous_where_the_operator_names_an_account(self):
        settings = {"auth": "{ hash_memory: 1M, hash_passes: 1, failure_delay: 10ms, anonymous: guests }"}
        with Postern(users={"guests": "a password nobody knows"}, extra=settings) as postern:
            result = run("gsasl", "--imap", f"--connect=localhost:{postern.imap_port}", "--mechanism=ANONYMOUS", "--anonymous-token=guest@example.org", "--no-starttls")
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
