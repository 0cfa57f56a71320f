#include "plugin.hpp"

namespace {

constexpr postern_interface provided[] = {
    {"postern.imap.core", 1, 0, 0},
    {nullptr, 0, 0, 0},
};

}  // namespace

POSTERN_PLUGIN(
    postern::imap::ImapPlugin,
    {.id = "imap",
     .summary = "IMAP4rev1 (RFC 3501); extensions are plugins of their own",
     .provides = provided,
     .config_schema = "append_limit: size  octets of one message (64M)\n"
                      "autologout: duration  a client may be silent for so long (31m)\n"
                      "sign_in_time: duration  from the greeting to a successful sign-in (3m)\n"
                      "write_time: duration  a client that reads nothing for so long is closed (5m)\n"
                      "bad_commands: number  in a row before the client is closed (20)\n"
                      "hide: list  capabilities that are not announced\n"});
