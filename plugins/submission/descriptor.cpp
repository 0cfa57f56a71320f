// Message submission (RFC 6409): mail of users leaves through their own smart hosts.
#include "submission/plugin.hpp"

namespace {

constexpr postern_interface dependencies[] = {{"postern.mail.delivery", 1, 0, postern_requires},
                                              {"postern.mail.relay_line", 1, 0, postern_uses},
                                              {nullptr, 0, 0, 0}};

}  // namespace

POSTERN_PLUGIN(
    postern::submission::SubmissionPlugin,
    {.id = "submission",
     .summary = "Message submission (RFC 6409)",
     .dependencies = dependencies,
     .config_schema = "name: string  how the server calls itself (the machine's name)\n"
                      "size_limit: size  octets of one message (64M)\n"
                      "max_recipients: number  of one message (1000)\n"
                      "keep_sent: bool  a copy in the mailbox for sent mail (true)\n"
                      "sent_memory: duration  so long a client's own copy is recognised (10m)\n"
                      "senders: map  further addresses accounts may send from: login: [address]\n"
                      "hold: duration  so long messages may wait to be sent, 0 for not at all (0)\n"
                      "max_held: number  messages of one account that wait (100)\n"
                      "trusted: list  addresses from which XCLIENT is taken\n"
                      "command_time: duration  a client may be silent for so long (5m)\n"
                      "data_time: duration  and for so long within a message (3m)\n"
                      "write_time: duration  a client that reads nothing for so long is closed (2m)\n"
                      "max_errors: number  refused commands in a row before the client is closed (20)\n"});
