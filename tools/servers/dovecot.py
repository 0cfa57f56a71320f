"""A private Dovecot: the provider behind the gateway in tests, the peer in measurements."""
import grp
import os
import shutil

from .certificate import self_signed
from .process import Server, answers, free_port, unprivileged

# Tuned for measuring: no login process per connection, processes kept, caches on.
TUNED = """
service imap-login {
  service_count = 0
  client_limit = 10000
  process_min_avail = 2
}
service pop3-login {
  service_count = 0
  client_limit = 10000
  process_min_avail = 2
}
service imap {
  service_count = 1000
  process_min_avail = 8
  process_limit = 5500
}
service pop3 {
  service_count = 1000
}
service lmtp {
  service_count = 1000
  process_min_avail = 8
  process_limit = 64
}
service auth {
  client_limit = 19000
}
service anvil {
  client_limit = 12000
}
auth_cache_size = 16M
login_trusted_networks = 127.0.0.0/8
"""


class Dovecot(Server):
    """Speaks IMAP, IMAPS, POP3, POP3S and LMTP on ports of its own. Any user name gets in with `password`.

    mail_location   Dovecot's setting; %h is the user's home, home(user) here
    settings        lines added to the configuration
    """

    name = "dovecot"
    daemon = "/usr/sbin/dovecot"

    def __init__(self, folder=None, password="pass", mail_location="maildir:%h/Maildir", tuned=False, settings=""):
        super().__init__(folder)
        self.password, self.mail_location, self.tuned, self.settings = password, mail_location, tuned, settings
        self.mail_account = unprivileged("nobody")
        self.imap_port, self.imaps_port, self.pop3_port, self.pop3s_port, self.lmtp_port = (free_port() for _ in range(5))

    def home(self, user):
        return self.path("mail", user)

    def configuration(self):
        mail = self.mail_account
        lines = f"""
protocols = imap pop3 lmtp
listen = 127.0.0.1
base_dir = {self.path('run')}
state_dir = {self.path('state')}
log_path = {self.log_file}
instance_name = {os.path.basename(self.folder)}
mail_location = {self.mail_location}
mail_uid = {mail.pw_uid}
mail_gid = {mail.pw_gid}
first_valid_uid = 1
first_valid_gid = 0
mail_max_userip_connections = 0
disable_plaintext_auth = no
auth_mechanisms = plain login
passdb {{
  driver = static
  args = password={self.password}
}}
userdb {{
  driver = static
  args = uid={mail.pw_uid} gid={mail.pw_gid} home={self.path('mail')}/%u allow_all_users=yes
}}
ssl = yes
ssl_cert = <{self.path('tls.pem')}
ssl_key = <{self.path('tls.key')}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  inet_listener imap {{
    port = {self.imap_port}
  }}
  inet_listener imaps {{
    port = {self.imaps_port}
    ssl = yes
  }}
}}
service pop3-login {{
  inet_listener pop3 {{
    port = {self.pop3_port}
  }}
  inet_listener pop3s {{
    port = {self.pop3s_port}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {self.lmtp_port}
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""
        if os.geteuid() != 0:
            lines += f"""
default_internal_user = {mail.pw_name}
default_internal_group = {grp.getgrgid(mail.pw_gid).gr_name}
default_login_user = {mail.pw_name}
"""
            lines += "".join(f"service {name} {{\n  chroot =\n}}\n" for name in ("anvil", "imap-login", "pop3-login"))
        return lines + (TUNED if self.tuned else "") + self.settings

    def start(self):
        if not os.path.exists(self.path("tls.pem")):
            self_signed(self.folder)
        os.makedirs(self.path("mail"), exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.path("mail"), self.mail_account.pw_uid, self.mail_account.pw_gid)
        self.spawn([self.daemon, "-F", "-c", self.write("dovecot.conf", self.configuration())])
        self.wait_ready(lambda: all(map(answers, (self.imap_port, self.imaps_port, self.pop3_port, self.pop3s_port, self.lmtp_port))))
