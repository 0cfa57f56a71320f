"""A private Postern, from the build folder."""
import os
import re
import signal

from .certificate import self_signed
from .process import Server, answers, free_port

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def build_folder():
    """Where the daemon is: POSTERN_BUILD_DIRECTORY (set by ctest), otherwise build/release."""
    return os.environ.get("POSTERN_BUILD_DIRECTORY", os.path.join(ROOT, "build", "release"))


def quoted(text):
    return '"' + str(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


class Postern(Server):
    """Serves IMAP on imap_port (STARTTLS) and imaps_port (TLS). With `mail` also LMTP on lmtp_port, POP3 on pop3_port (STARTTLS) and
    pop3s_port (TLS), submission on submission_port (STARTTLS).

    store     "sqlite", or a PostgreSQL
    users     {name: password} of local accounts
    pop3      (host, port, tls) of a provider: gateway mode, whoever it lets in has a mailbox
    imap      the same, of a provider that speaks IMAP
    pop3_settings   {key: value} added to the provider's entry; "options" is a YAML map
    poll      seconds between two polls of it
    gateway   YAML text of the settings of that plugin
    extra     {top level key: YAML text} added to the configuration
    cache     of each session of SQLite with its database: "1M"
    mail      {plugin: YAML text of its settings} for delivery, lmtp, pop3, relay, submission; {} for none
    """

    name = "postern"

    def __init__(self, folder=None, store="sqlite", users=None, pop3=None, poll=1, extensions="everything", extra=None, pop3_settings=None, imap=None, mail=None, cache=None, gateway=None):
        super().__init__(folder)
        self.store, self.users, self.pop3, self.poll = store, users or {}, pop3, poll
        self.extensions, self.extra = extensions, extra or {}
        self.pop3_settings = pop3_settings or {}
        self.connector = "connector-imap" if imap else "connector-pop3"
        self.provider = imap or pop3
        self.imap_port, self.imaps_port = free_port(), free_port()
        self.mail, self.cache, self.gateway = mail, cache, gateway
        if mail is not None:
            self.lmtp_port, self.pop3_port, self.pop3s_port, self.submission_port = (free_port() for _ in range(4))

    def configuration(self):
        certificate, key = self.path("tls.pem"), self.path("tls.key")
        sqlite = f"store-sqlite: {{ cache: {self.cache} }}" if self.cache else "store-sqlite"
        store = sqlite if self.store == "sqlite" else "store-postgresql: { url: %s }" % quoted(self.store.url)
        lines = ["postern: 1", f"server: {{ name: localhost, data: {quoted(self.path('data'))} }}",
                 f"tls: {{ certificate: {quoted(certificate)}, key: {quoted(key)} }}", "plugins:", f"  - {store}", "  - imap"]
        if self.extensions:
            lines.append(f"  - imap-extensions: {self.extensions}")
        if self.provider:
            lines += [f"  - gateway: {self.gateway}" if self.gateway else "  - gateway", f"  - {self.connector}"]
        if self.mail is not None:
            for plugin in ("delivery", "lmtp", "pop3", "relay", "submission"):
                settings = self.mail.get(plugin)
                lines.append(f"  - {plugin}: {settings}" if settings else f"  - {plugin}")
        lines += ["listeners:",
                  f'  - {{ protocol: imap, address: "127.0.0.1:{self.imap_port}", tls: starttls }}',
                  f'  - {{ protocol: imap, address: "127.0.0.1:{self.imaps_port}", tls: implicit }}']
        if self.mail is not None:
            for protocol, port, tls in (("lmtp", self.lmtp_port, "starttls"), ("pop3", self.pop3_port, "starttls"),
                                        ("pop3", self.pop3s_port, "implicit"), ("submission", self.submission_port, "starttls")):
                lines.append(f'  - {{ protocol: {protocol}, address: "127.0.0.1:{port}", tls: {tls} }}')
        if self.users:
            lines.append("users:")
            lines += [f"  {quoted(name)}: {quoted(password)}" for name, password in self.users.items()]
        if self.provider:
            host, port, tls = self.provider
            more = "".join(f", {key}: {value if key == 'options' else quoted(value)}" for key, value in self.pop3_settings.items())
            lines += ["accounts:", f"  \"*\": {{ source: {self.connector}, server: {quoted(f'{host}:{port}')}, tls: {tls}, "
                                   f"poll: {self.poll}s, absence: {self.poll}s{more} }}"]
        return "\n".join(lines) + "\n" + "".join(f"{key}: {value}\n" for key, value in self.extra.items())

    def start(self):
        if not os.path.exists(self.path("tls.pem")):
            self_signed(self.folder)
            os.makedirs(self.path("data"), exist_ok=True)
        configuration = self.write("postern.yaml", self.configuration())
        open(self.log_file, "ab").close()
        before = os.path.getsize(self.log_file)
        self.spawn([os.path.join(build_folder(), "postern"), "--config", configuration])
        self.wait_ready(lambda: self.said("ready:", before) and answers(self.imap_port), 60)

    def memory(self):
        """kB that it alone would need: its own pages, and its share of those it has in common with others (PSS)."""
        with open(f"/proc/{self.process.pid}/smaps_rollup", encoding="ascii") as file:
            return int(re.search(r"^Pss:\s+(\d+) kB", file.read(), re.M)[1])

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            user, system = file.read().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def close(self):
        """A daemon that did not end well fails the test: a crash, a sanitizer's finding, a stop that took too long."""
        try:
            status = self.stop() if self.process else 0
            if status not in (0, -signal.SIGKILL):
                raise RuntimeError(f"postern ended with {status}:\n{self.log_tail(300)}")
        finally:
            super().close()

    def said(self, word, since=0):
        with open(self.log_file, encoding="utf-8", errors="replace") as file:
            file.seek(since)
            return any(line.startswith(word) for line in file)
