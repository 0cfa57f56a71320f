"""Private mail transfer agents, from Debian's packages unpacked beside the system (tools/unpack-mta): they take mail by SMTP on
smtp_port and hand it to LMTP. They need root, as mail transfer agents do."""
import os
import platform
import shutil
import signal
import subprocess

from .postern import ROOT
from .process import Server, answers, free_port

PACKAGES = os.path.join(ROOT, "build", "mta")


class Mta(Server):
    """lmtp_port    where mail for any address goes"""

    def __init__(self, lmtp_port, folder=None):
        super().__init__(folder)
        self.lmtp_port, self.smtp_port = lmtp_port, free_port()

    @staticmethod
    def unpack():
        """Brings the programs where they are missing; CalledProcessError where they cannot be had."""
        subprocess.run([os.path.join(ROOT, "tools", "unpack-mta"), PACKAGES], check=True)

    @property
    def environment(self):
        libraries = [os.path.join(PACKAGES, "usr", "lib", "postfix"), os.path.join(PACKAGES, "usr", "lib", f"{platform.machine()}-linux-gnu")]
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)}


class Postfix(Mta):
    """Tries again every second what was refused for now."""

    name = "postfix"
    # Accounts that exist and that no running process has: Postfix wants one of its own, and a group.
    owner, group = "games", "irc"

    def configuration(self):
        libraries = self.environment["LD_LIBRARY_PATH"]
        options = {
            "compatibility_level": "3.6", "queue_directory": self.path("queue"), "data_directory": self.path("data"),
            "daemon_directory": os.path.join(PACKAGES, "usr/lib/postfix/sbin"), "command_directory": os.path.join(PACKAGES, "usr/sbin"),
            "shlib_directory": "no", "meta_directory": self.path("config"), "mail_owner": self.owner, "setgid_group": self.group,
            "myhostname": "mx.example.org", "mydestination": "", "inet_interfaces": "127.0.0.1", "inet_protocols": "ipv4",
            "mynetworks": "127.0.0.0/8", "virtual_mailbox_domains": "static:all", "virtual_mailbox_maps": "static:all",
            "virtual_transport": f"lmtp:inet:127.0.0.1:{self.lmtp_port}", "virtual_alias_maps": "", "alias_maps": "",
            "minimal_backoff_time": "1s", "maximal_backoff_time": "1s", "queue_run_delay": "1s", "transport_retry_time": "1s",
            "maillog_file": "/dev/stdout", "lmtp_destination_concurrency_limit": "20", "lmtp_destination_concurrency_failed_cohort_limit": "0",
            "import_environment": f"MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C LD_LIBRARY_PATH={libraries}",
        }
        return "".join(f"{key} = {value}\n" for key, value in options.items())

    def services(self):
        return (f"127.0.0.1:{self.smtp_port} inet n - n - - smtpd\ncleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\n"
                "rewrite unix - - n - - trivial-rewrite\nbounce unix - - n - 0 bounce\ndefer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\n"
                "flush unix n - n 1000? 0 flush\nproxymap unix - - n - - proxymap\nlmtp unix - - n - - lmtp\nsmtp unix - - n - - smtp\n"
                "error unix - - n - - error\nretry unix - - n - - error\nanvil unix - - n - 1 anvil\nscache unix - - n - 1 scache\n"
                "virtual unix - n n - - virtual\npostlog unix-dgram n - n - 1 postlogd\n")

    def start(self):
        os.makedirs(self.path("config"), exist_ok=True)
        self.write("config/main.cf", self.configuration())
        self.write("config/master.cf", self.services())
        for folder in ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace", "maildrop",
                       "public", "pid"):
            os.makedirs(self.path("queue", folder), exist_ok=True)
            if folder != "pid":
                shutil.chown(self.path("queue", folder), self.owner)
        shutil.chown(self.path("queue", "maildrop"), self.owner, self.group)
        shutil.chown(self.path("queue", "public"), self.owner, self.group)
        os.makedirs(self.path("data"), exist_ok=True)
        shutil.chown(self.path("data"), self.owner)
        self.spawn([os.path.join(PACKAGES, "usr/lib/postfix/sbin/master"), "-c", self.path("config"), "-d"], env=self.environment,
                   start_new_session=True)
        self.wait_ready(lambda: answers(self.smtp_port))

    def stop(self, seconds=30):
        """Its services end with it."""
        if self.running:
            os.killpg(self.process.pid, signal.SIGTERM)
        return self.process.wait(seconds)


class Exim(Mta):
    """Tries again every second what was refused for now."""

    name = "exim"

    def configuration(self):
        return f"""
exim_path = {os.path.join(PACKAGES, "usr/sbin/exim4")}
primary_hostname = mx.example.org
deliver_drop_privilege = true
spool_directory = {self.path("spool")}
log_file_path = {self.path("spool", "%slog")}
pid_file_path = {self.path("pid")}
smtp_accept_queue_per_connection = 0
smtp_accept_max = 100
queue_run_max = 20
daemon_smtp_ports = {self.smtp_port}
local_interfaces = 127.0.0.1
domainlist local_domains = *
acl_smtp_rcpt = accept_all
host_lookup =
rfc1413_query_timeout = 0s
queue_run_in_order = false
retry_interval_max = 1s
keep_environment = LD_LIBRARY_PATH
tls_advertise_hosts =

begin acl
accept_all:
  accept

begin routers
all:
  driver = manualroute
  route_list = * 127.0.0.1 byname
  transport = lmtp
  self = send

begin transports
lmtp:
  driver = smtp
  protocol = lmtp
  port = {self.lmtp_port}
  allow_localhost
  hosts_try_fastopen =

begin retry
* * F,1h,1s
"""

    def start(self):
        os.makedirs(self.path("spool"), exist_ok=True)
        shutil.chown(self.path("spool"), "games", "games")
        configuration = self.write("exim.conf", self.configuration())
        # Debian's Exim wants a user that its installation makes: it sees files of users of its own.
        for name, line in (("passwd", "Debian-exim:x:5:60::/nonexistent:/usr/sbin/nologin\n"), ("group", "Debian-exim:x:60:\n")):
            with open(f"/etc/{name}", encoding="utf-8") as file:
                self.write(name, file.read() + line)
        script = ('mount --make-rprivate / && mount --bind "$0/passwd" /etc/passwd && mount --bind "$0/group" /etc/group && exec "$@"')
        self.spawn(["unshare", "--mount", "sh", "-c", script, self.folder, os.path.join(PACKAGES, "usr/sbin/exim4"), "-C", configuration, "-bdf",
                    "-q1s"], env=self.environment, start_new_session=True)
        self.wait_ready(lambda: answers(self.smtp_port))

    def stop(self, seconds=30):
        """Its deliveries end with it."""
        if self.running:
            os.killpg(self.process.pid, signal.SIGTERM)
        return self.process.wait(seconds)
