// POP3 over INBOX (RFC 1939).
#include "pop3/plugin.hpp"

POSTERN_PLUGIN(
    postern::pop3::Pop3Plugin,
    {.id = "pop3",
     .summary = "POP3 (RFC 1939) with its extensions",
     .config_schema =
         "lock: string  exclusive or shared: sessions of one maildrop (exclusive)\n"
         "lock_time: duration  several nodes: when the maildrops of a node that died are free (60s)\n"
         "mark_seen: bool  what was retrieved gets \\Seen (true)\n"
         "without_utf8: string  refuse or send messages with UTF-8 in their header to old clients (refuse)\n"
         "login_delay: duration  between two sign-ins of a user (0s)\n"
         "autologout: duration  a client may be silent for so long (10m)\n"
         "sign_in_time: duration  from the greeting to a successful sign-in (3m)\n"
         "write_time: duration  a client that reads nothing for so long is closed (5m)\n"
         "max_errors: number  refused commands in a row before the client is closed (20)\n"});
