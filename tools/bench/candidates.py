"""The servers that are measured, each with its processes, its users and a control group that counts its CPU."""
import contextlib
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from servers import Cyrus, Dovecot, Postern, PostgreSQL  # noqa: E402

LABELS = ["postern-sqlite", "postern-postgresql", "dovecot", "cyrus"]
PASSWORD = "pass"
# A database as an operator would set it up for a machine of this size.
DATABASE = {"shared_buffers": "2GB", "max_wal_size": "8GB", "checkpoint_timeout": "15min"}


def available(labels):
    """Those of the labels that can be measured here; says why one cannot."""
    if "cyrus" not in labels:
        return labels
    try:
        Cyrus.unpack()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"without cyrus: {error}", flush=True)
        return [label for label in labels if label != "cyrus"]
    return labels


class Group:
    """A control group, whose CPU counter is exact; where none can be made the process tree is summed in 10 ms steps."""

    def __init__(self, name):
        self.folder = ""
        for root in ("/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup"):
            folder = f"{root}/postern-bench-{os.getpid()}-{name}"
            try:
                os.mkdir(folder)
            except OSError:
                continue
            if any(os.path.exists(f"{folder}/{counter}") for counter in ("cpuacct.usage", "cpu.stat")):
                self.folder, self.home = folder, root
                return
            os.rmdir(folder)

    @contextlib.contextmanager
    def entered(self):
        """What is started inside belongs to the group."""
        self.move(self.folder)
        try:
            yield
        finally:
            self.move(self.folder and self.home)

    def cpu_seconds(self):
        """What the processes of the group have used, or None where there is no group."""
        for counter, pattern, unit in (("cpuacct.usage", r"(\d+)", 1e-9), ("cpu.stat", r"usage_usec (\d+)", 1e-6)):
            with contextlib.suppress(OSError), open(f"{self.folder}/{counter}", encoding="ascii") as file:
                return int(re.search(pattern, file.read()).group(1)) * unit
        return None

    @staticmethod
    def move(folder):
        if folder:
            with open(f"{folder}/cgroup.procs", "w", encoding="ascii") as file:
                file.write(str(os.getpid()))

    def remove(self):
        if self.folder:
            with contextlib.suppress(OSError):
                os.rmdir(self.folder)


class Candidate:
    """A server to be measured: its processes, its group, how the generator reaches it.

    users      how many besides `big` and `pop` get in: bench1..benchN
    settings   lines added to Dovecot's configuration
    """

    def __init__(self, label, folder, users, settings=""):
        self.label, self.group = label, Group(label)
        self.folder, self.settings = os.path.join(folder, label), settings
        self.servers = self.make(["big", "pop", *(f"bench{i}" for i in range(1, users + 1))])

    @property
    def server(self):
        """The one that clients reach."""
        return self.servers[-1]

    def make(self, names):
        if self.label.startswith("dovecot"):
            return [Dovecot(os.path.join(self.folder, "d"), PASSWORD, "sdbox:%h/mail", tuned=True, settings=self.settings)]
        if self.label == "cyrus":
            return [Cyrus(os.path.join(self.folder, "c"), users={name: PASSWORD for name in names}, tuned=True)]
        # A cheap verifier, as Dovecot's static password is: the cost of a password hash is a setting, not a property of the server.
        verifier = subprocess.run(["openssl", "passwd", "-5", "-salt", "bench", PASSWORD], check=True, capture_output=True,
                                  text=True).stdout.strip()
        users = {name: verifier for name in names}
        if self.label == "postern-sqlite":
            return [Postern(os.path.join(self.folder, "s"), users=users, extensions="everything", mail={})]
        if self.label != "postern-postgresql":
            raise ValueError(f"no server {self.label}: {', '.join(LABELS)}")
        database = PostgreSQL(os.path.join(self.folder, "db"), durable=True, settings=DATABASE)
        return [database, Postern(os.path.join(self.folder, "s"), store=database, users=users, extensions="everything", mail={})]

    def start(self):
        with self.group.entered():
            for server in self.servers:
                server.start()

    def stop(self):
        for server in reversed(self.servers):
            server.stop()

    def close(self):
        for server in reversed(self.servers):
            server.close()
        self.group.remove()

    def processes(self):
        """The pid of each server's first process."""
        return [server.process.pid for server in self.servers]

    def arguments(self):
        out = ["--label", self.label, "--imap-port", str(self.server.imap_port),
               "--lmtp-port", str(self.server.lmtp_port), "--pop3-port", str(self.server.pop3_port), "--rcpt-fmt", "bench%d", "--password", PASSWORD,
               "--server-parent", ",".join(map(str, self.processes()))]
        if self.group.folder:
            out += ["--server-cgroup", self.group.folder]
        if self.label == "dovecot":
            # "first" is what a client sees that asks for a field nobody has asked for yet.
            out += ["--cold-cmd", f"find {self.server.home('big')} -name dovecot.index.cache -delete"]
        if self.label == "cyrus":
            # It leaves Nagle's algorithm on and writes answers in pieces: a client that delays its ACKs waits 40 ms for each.
            out += ["--quickack", "1"]
        return out
