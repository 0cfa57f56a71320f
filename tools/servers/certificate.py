"""Certificates of test servers."""
import os
import subprocess

NAMES = "DNS:localhost,IP:127.0.0.1"
KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout


def self_signed(folder, names=NAMES):
    """Makes tls.pem and tls.key in the folder, a certificate signed by itself; returns both paths."""
    certificate, key = os.path.join(folder, "tls.pem"), os.path.join(folder, "tls.key")
    openssl("req", "-x509", *KEY, "-days", "30", "-subj", "/CN=localhost", "-addext", f"subjectAltName={names}", "-keyout", key,
            "-out", certificate)
    return certificate, key


class Authority:
    """A certificate authority of one's own; its certificate is the file `certificate`."""

    def __init__(self, folder):
        self.certificate, self.key = os.path.join(folder, "ca.pem"), os.path.join(folder, "ca.key")
        openssl("req", "-x509", *KEY, "-days", "30", "-subj", "/CN=Test authority", "-keyout", self.key, "-out", self.certificate)

    def sign(self, folder, names=NAMES, days=30):
        """Makes tls.pem and tls.key in the folder, valid for so many days from now (negative: over); returns both paths."""
        certificate, key, request = (os.path.join(folder, name) for name in ("tls.pem", "tls.key", "tls.csr"))
        openssl("req", *KEY, "-subj", "/CN=test server", "-addext", f"subjectAltName={names}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-days", str(days),
                "-copy_extensions", "copy", "-out", certificate)
        return certificate, key


def key_pin(certificate):
    """The SHA-256 of the certificate's public key, base64."""
    with open(certificate, "rb") as file:
        public = subprocess.run(["openssl", "x509", "-noout", "-pubkey"], stdin=file, check=True, capture_output=True).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "der"], input=public, check=True, capture_output=True).stdout
    digest = subprocess.run(["openssl", "dgst", "-sha256", "-binary"], input=der, check=True, capture_output=True).stdout
    return subprocess.run(["openssl", "base64", "-A"], input=digest, check=True, capture_output=True, text=False).stdout.decode()
