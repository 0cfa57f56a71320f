// Answers of name servers (SRV, MX).
#include <cstddef>
#include <cstdint>

#include "gateway/dns.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern::gateway;
    const std::string_view answer(reinterpret_cast<const char*>(data), size);
    if (auto records = parse_srv(answer)) {
        const std::size_t count = records->size();
        const auto ordered = in_order(std::move(*records), [size](std::uint32_t below) {
            return static_cast<std::uint32_t>(size) % below;
        });
        if (ordered.size() > count) __builtin_trap();
        for (const auto& record : ordered) {
            if (record.target.empty() || record.port == 0) __builtin_trap();
        }
    }
    if (const auto hosts = parse_mx(answer)) {
        for (const auto& host : *hosts) {
            if (host.empty()) __builtin_trap();
        }
    }
    return 0;
}
