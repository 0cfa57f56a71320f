"""A private Cyrus IMAP, from Debian's packages unpacked beside the system (tools/unpack-cyrus): a provider in tests, a peer in
measurements."""
import contextlib
import grp
import os
import platform
import shutil
import signal
import socket
import subprocess

from .certificate import self_signed
from .postern import ROOT
from .process import Server, as_user, free_port, unprivileged, wait_for

# Tuned for measuring: processes wait for connections and serve many.
TUNED = {"prefork": 8, "uses": 1000, "sessions": 5500, "deliveries": 64}
PLAIN = {"prefork": 0, "uses": 50, "sessions": 100, "deliveries": 20}
# What Cyrus writes below its folder. Without config/socket IDLE silently falls back to polling once a minute.
FOLDERS = ("config", "config/socket", "mail", "proc", "lock", "tmp", "sieve")
REALM = "localhost"


def greets(port, word):
    """Whether a process serves the port; the master alone listens earlier."""
    try:
        with socket.create_connection(("127.0.0.1", port), 30) as client:
            return client.recv(1000).startswith(word)
    except OSError:
        return False


class Cyrus(Server):
    """Speaks IMAP, IMAPS, POP3, POP3S and LMTP on ports of its own.

    users       {name: password}; more with add_users() while it runs
    settings    {option: value} of imapd.conf, over the ones set here

    A user's mailboxes appear with the first login or delivery, beside INBOX and with "/" between levels; with
    settings={"altnamespace": "no", "unixhierarchysep": "no"} they are "INBOX.Name". A second message with the same Message-ID for the
    same user is dropped ("duplicatesuppression": "no" keeps it).
    """

    name = "cyrus"
    packages = os.path.join(ROOT, "build", "cyrus")

    def __init__(self, folder=None, users=None, tuned=False, settings=None):
        super().__init__(folder)
        self.users, self.limits, self.settings = dict(users or {}), TUNED if tuned else PLAIN, settings or {}
        self.account, self.group = unprivileged("nobody"), None
        self.imap_port, self.imaps_port, self.pop3_port, self.pop3s_port, self.lmtp_port = (free_port() for _ in range(5))

    @classmethod
    def unpack(cls):
        """Brings the programs where they are missing; CalledProcessError where they cannot be had."""
        subprocess.run([os.path.join(ROOT, "tools", "unpack-cyrus"), cls.packages], check=True)

    @property
    def environment(self):
        libraries = os.path.join(self.packages, "usr", "lib", f"{platform.machine()}-linux-gnu")
        return {**os.environ, "LD_LIBRARY_PATH": libraries}

    def program(self, name):
        return os.path.join(self.packages, "usr", "lib", "cyrus", "bin", name)

    def configuration(self):
        certificate, key = self.path("tls.pem"), self.path("tls.key")
        options = {
            "configdirectory": self.path("config"), "defaultpartition": "default", "partition-default": self.path("mail"),
            "cyrus_user": self.account.pw_name, "cyrus_group": grp.getgrgid(self.account.pw_gid).gr_name,
            "proc_path": self.path("proc"), "mboxname_lockpath": self.path("lock"), "temp_path": self.path("tmp"),
            "servername": REALM, "altnamespace": "yes", "unixhierarchysep": "yes", "hashimapspool": "yes",
            "autocreate_quota": "0", "autocreate_post": "yes", "allowplaintext": "yes", "sievedir": self.path("sieve"),
            "sasl_pwcheck_method": "auxprop", "sasl_auxprop_plugin": "sasldb", "sasl_mech_list": "PLAIN LOGIN",
            "sasl_sasldb_path": self.path("sasldb2"), "tls_server_cert": certificate, "tls_server_key": key, **self.settings}
        return "".join(f"{option}: {value}\n" for option, value in options.items())

    def services(self):
        """cyrus.conf: what the master starts."""
        configuration = self.path("imapd.conf")

        def command(line):
            name, _, arguments = line.partition(" ")
            return f'cmd="{self.program(name)} -C {configuration} {arguments}"'

        def service(name, line, port, most, prefork=0):
            return f'{name} {command(f"{line} -U {uses}")} listen="127.0.0.1:{port}" prefork={prefork} maxchild={most}'

        limits = self.limits
        uses, most, prefork = limits["uses"], limits["sessions"], limits["prefork"]
        sections = {
            "START": [f'recover {command("ctl_cyrusdb -r")}'],
            "SERVICES": [service("imap", "imapd", self.imap_port, most, prefork), service("imaps", "imapd -s", self.imaps_port, most),
                         service("pop3", "pop3d", self.pop3_port, most), service("pop3s", "pop3d -s", self.pop3s_port, most),
                         service("lmtp", "lmtpd -a", self.lmtp_port, limits["deliveries"], prefork)],
            "EVENTS": [f'checkpoint {command("ctl_cyrusdb -c")} period=30'],
            "DAEMON": [f'idled {command("idled")}']}
        return "".join(f"{name} {{\n" + "".join(f"  {line}\n" for line in lines) + "}\n" for name, lines in sections.items())

    def add_users(self, users):
        """Lets {name: password} in, also while it runs."""
        self.users.update(users)
        # SASL's own file of users: the key is name, realm and property, with zero octets between.
        records = "".join(f"{name}\\00{REALM}\\00userPassword\n{password}\n" for name, password in users.items())
        subprocess.run([os.path.join(self.packages, "usr", "bin", "db5.3_load"), "-T", "-t", "hash", self.path("sasldb2")], input=records,
                       text=True, check=True, env=self.environment)
        self.own("sasldb2")

    def own(self, *names):
        """Gives files of the folder to the account that Cyrus runs as."""
        if os.geteuid() == 0:
            for name in names:
                shutil.chown(self.path(name), self.account.pw_uid, self.account.pw_gid)

    def prepare(self):
        certificate, key = map(os.path.basename, self_signed(self.folder))
        for name in FOLDERS:
            os.makedirs(self.path(name), exist_ok=True)
        self.own(*FOLDERS, certificate, key, "")
        self.add_users(self.users)

    def start(self):
        self.unpack()
        if not os.path.exists(self.path("sasldb2")):
            self.prepare()
        # Out of our process group, it would outlive us: it ends with its parent instead.
        command = ["setpriv", "--pdeathsig", "TERM", self.program("master"), "-D", "-l", "1024", "-p", self.path("pid"),
                   "-C", self.write("imapd.conf", self.configuration()), "-M", self.write("cyrus.conf", self.services())]
        # A process group of its own, so that all of it can be killed.
        self.spawn(command, env=self.environment, cwd=self.folder, start_new_session=True, **as_user(self.account))
        self.group = self.process.pid
        ports = ((self.imap_port, b"* OK"), (self.pop3_port, b"+OK"), (self.lmtp_port, b"220"))
        self.wait_ready(lambda: all(greets(*port) for port in ports))

    def stop(self, seconds=30):
        """Returns the exit status of the master, which waits for all it started; asked while it forks it may spin instead."""
        if self.running:
            self.process.send_signal(signal.SIGQUIT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.signal_all(signal.SIGKILL)     # every answer that was given is on the disk
        status = self.process.wait(seconds)
        self.wait_gone(seconds)
        return status

    def kill(self):
        self.signal_all(signal.SIGKILL)
        super().kill()
        self.wait_gone(30)

    def close(self):
        if self.group and not self.running:     # the master died, what it started may live
            self.kill()
        super().close()

    def wait_gone(self, seconds):
        """The next start wants the ports and locks of every process."""
        wait_for(lambda: not self.signal_all(0), seconds, "the processes of Cyrus to end")
        self.group = None

    def signal_all(self, number):
        """Sends the signal to the master and all it started; whether there was any."""
        if self.group is None:
            return False
        try:
            os.killpg(self.group, number)
        except ProcessLookupError:
            return False
        return True
