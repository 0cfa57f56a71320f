"""A server with Sieve and ManageSieve, and sieve-connect, which puts scripts there."""
import subprocess

from servers import Postern
from servers.process import free_port


class WithSieve(Postern):
    """Also ManageSieve on sieve_port (STARTTLS), and scripts on events of IMAP with the settings `imapsieve` (YAML)."""

    def __init__(self, imapsieve=None, **settings):
        super().__init__(**settings)
        self.imapsieve = imapsieve

    def configuration(self):
        self.sieve_port = free_port()
        text = super().configuration()
        text = text.replace("  - imap\n", "  - imap\n  - sieve\n  - sieve-extensions: sieve\n  - managesieve\n", 1)
        if self.imapsieve is not None:
            text = text.replace("  - managesieve\n", f"  - managesieve\n  - imapsieve: {self.imapsieve}\n", 1)
        listener = f'  - {{ protocol: managesieve, address: "127.0.0.1:{self.sieve_port}", tls: starttls }}\n'
        return text.replace("listeners:\n", "listeners:\n" + listener, 1)

    def sieve_connect(self, *arguments, user="test1", password="pass"):
        return subprocess.run(
            ["sieve-connect", "--server", "localhost", "--4", "--port", str(self.sieve_port), "--user", user, "--passwordfd", "0",
             "--authmech", "PLAIN", "--tlscafile", self.path("tls.pem"), "--noclearauth", *arguments],
            check=False, timeout=60, capture_output=True, input=password.encode() + b"\n")

    def must_connect(self, user, *arguments):
        done = self.sieve_connect(*arguments, user=user)
        if done.returncode != 0:
            raise RuntimeError((done.stdout + done.stderr).decode(errors="replace"))

    def upload(self, user, name, script):
        local = self.write(f"{user}.sieve", script)
        self.must_connect(user, "--localsieve", local, "--remotesieve", name, "--upload")

    def activate(self, user, script):
        """Makes this the user's script."""
        self.upload(user, "main", script)
        self.must_connect(user, "--remotesieve", "main", "--activate")
