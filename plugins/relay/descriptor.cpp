// The way out: messages of accounts to their smart hosts.
#include "relay/plugin.hpp"

namespace {

constexpr postern_interface provided[] = {
    {"postern.mail.relay_line", 1, 0, 0}, {"postern.mail.relay", 1, 0, 0}, {nullptr, 0, 0, 0}};

}  // namespace

POSTERN_PLUGIN(
    postern::relay::RelayPlugin,
    {.id = "relay",
     .summary = "Messages of accounts leave through their smart hosts",
     .provides = provided,
     .config_schema = "hosts: map  smart hosts by domain of the account\n"
                      "name: string  how the server calls itself (the machine's name)\n"
                      "timeout: duration  for a reply (5m)\n"
                      "connect_timeout: duration  for a connection (30s)\n"
                      "rate: number  messages an hour that filters of an account may send (200)\n"});
