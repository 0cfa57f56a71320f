// Autoconfig files.
#include "gateway/autoconfig.hpp"

using namespace postern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view xml(reinterpret_cast<const char*>(data), size);
    for (const auto* type : {"pop3", "imap"}) {
        const auto entry = gateway::parse_autoconfig(xml, type, "example.net");
        if (entry && (entry->server.host.empty() || entry->server.port == 0)) __builtin_trap();
        if (entry && entry->server.tls == gateway::RemoteTls::none) __builtin_trap();
    }
    return 0;
}
