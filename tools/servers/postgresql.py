"""A private PostgreSQL: unix socket only, no password."""
import glob
import os
import shutil
import signal
import subprocess

from .process import Server, as_user, unprivileged


class PostgreSQL(Server):
    name = "postgresql"

    def __init__(self, folder=None, durable=False, settings=None):
        """durable: really sync to the disk (measurements); without it a power cut may lose what was committed, but a
        killed process does not."""
        super().__init__(folder)
        self.account = unprivileged("postgres")
        self.settings = {"listen_addresses": "", "unix_socket_directories": self.folder, "fsync": "on" if durable else "off",
                         **(settings or {})}
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        if not found:
            raise RuntimeError("PostgreSQL is not installed")
        self.bin = found[-1]

    @property
    def url(self):
        return f"host={self.folder} user=postern dbname=postern"

    def program(self, name):
        return os.path.join(self.bin, name)

    def start(self):
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.account.pw_uid, self.account.pw_gid)
        fresh = not os.path.exists(self.path("cluster", "PG_VERSION"))
        if fresh:
            subprocess.run([self.program("initdb"), "-D", self.path("cluster"), "-U", "postern", "--auth=trust", "--encoding=UTF8",
                            "--locale=C.UTF-8", "--no-sync"], check=True, capture_output=True, cwd=self.folder, **as_user(self.account))
        options = [f"{key}={value}" for key, value in self.settings.items()]
        arguments = [part for option in options for part in ("-c", option)]
        self.spawn([self.program("postgres"), "-D", self.path("cluster"), *arguments], cwd=self.folder, **as_user(self.account))
        self.wait_ready(lambda: subprocess.run([self.program("pg_isready"), "-q", "-h", self.folder, "-U", "postern", "-d", "postgres"],
                                               check=False).returncode == 0)
        if fresh:
            self.query("create database postern", database="postgres")

    def query(self, sql, database="postern"):
        """Runs SQL and returns what psql prints, unaligned."""
        out = subprocess.run([self.program("psql"), "-h", self.folder, "-U", "postern", "-d", database, "-XAtqc", sql], check=True,
                             capture_output=True, text=True)
        return out.stdout.strip()

    def stop(self, seconds=60):
        """A fast shutdown: open transactions are rolled back, sessions are told to go."""
        if self.running:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(seconds)

    def restart(self):
        self.stop()
        self.start()
