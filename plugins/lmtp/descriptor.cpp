// LMTP (RFC 2033): a mail transfer agent hands over mail, and hears for each recipient whether it is stored.
#include "lmtp/plugin.hpp"

namespace {

constexpr postern_interface dependencies[] = {{"postern.mail.delivery", 1, 0, postern_requires},
                                              {nullptr, 0, 0, 0}};

}  // namespace

POSTERN_PLUGIN(
    postern::lmtp::LmtpPlugin,
    {.id = "lmtp",
     .summary = "LMTP (RFC 2033)",
     .dependencies = dependencies,
     .config_schema =
         "name: string  how the server calls itself (the machine's name)\n"
         "size_limit: size  octets of one message (64M)\n"
         "max_recipients: number  of one message (1000)\n"
         "over_quota: string  temporary (452) or permanent (552) refusal by a full mailbox (temporary)\n"
         "trusted: list  addresses from which XCLIENT is taken\n"
         "command_time: duration  a client may be silent for so long (5m)\n"
         "data_time: duration  and for so long within a message (3m)\n"
         "write_time: duration  a client that reads nothing for so long is closed (2m)\n"
         "max_errors: number  refused commands in a row before the client is closed (20)\n"});
