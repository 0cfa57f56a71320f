"""What every private server needs: a folder, ports, a process that can be stopped or killed, patience."""
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time


def wait_for(ready, seconds, what):
    """Polls until ready() gives something true and returns it; TimeoutError names what was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        result = ready()
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.02)


_claims = []


def _claim(port):
    """Takes the port for this process among all that ask here: two servers may be configured before either listens."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0postern-port-{port}")
    except OSError:
        claim.close()
        return False
    _claims.append(claim)
    return True


def _usable(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return _claim(port)


def free_port(*distances):
    """A port nobody listens on and nobody else was given, from below the range of outgoing connections.

    distances   the ports this far above it are free too
    """
    while True:
        port = random.SystemRandom().randrange(10240, 31000)
        if all(_usable(port + distance) for distance in (0, *distances)):
            return port


def answers(port, host="127.0.0.1"):
    try:
        socket.create_connection((host, port), 1).close()
        return True
    except OSError:
        return False


def unprivileged(name):
    """The account a server runs as: `name` when we are root, otherwise ourselves."""
    return pwd.getpwnam(name) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def as_user(account):
    """Arguments of subprocess calls that run a program as the account."""
    if os.geteuid() != 0:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


class Server:
    """A process with a folder. A subclass starts it in start(); with-blocks stop it and remove the folder."""

    name = "server"

    def __init__(self, folder=None):
        # A short path: unix sockets in it may not exceed 107 characters.
        self.own_folder = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix=f"{self.name}.", dir="/tmp")
        os.makedirs(self.folder, exist_ok=True)
        os.chmod(self.folder, 0o755)
        self.process = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind, value, trace):
        if kind:
            print(f"--- end of the log of {self.name}\n{self.log_tail()}", flush=True)
        self.close()

    def start(self):
        raise NotImplementedError

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    @property
    def log_file(self):
        return self.path("log")

    def log_tail(self, lines=40):
        try:
            with open(self.log_file, encoding="utf-8", errors="replace") as file:
                return "".join(file.readlines()[-lines:])
        except FileNotFoundError:
            return "(no log)"

    def spawn(self, command, **options):
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)

    def wait_ready(self, ready, seconds=30):
        def alive_and_ready():
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}:\n{self.log_tail()}")
            return ready()
        try:
            wait_for(alive_and_ready, seconds, f"{self.name} to serve")
        except TimeoutError as error:
            raise TimeoutError(f"{error}:\n{self.log_tail()}") from None

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds=30):
        """Asks the process to end and returns its exit status."""
        if self.running:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self):
        """Ends the process as a power cut would."""
        if self.running:
            self.process.kill()
            self.process.wait()

    def close(self):
        try:
            if self.running:
                self.stop()
        finally:
            if self.own_folder:
                shutil.rmtree(self.folder, ignore_errors=True)
