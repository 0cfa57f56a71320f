// Everything of a POP3 server's output that is parsed, in pieces whose length the first octet chooses.
#include <cstddef>
#include <cstdint>

#include "connector-pop3/capabilities.hpp"
#include "connector-pop3/line_sink.hpp"
#include "connector-pop3/listing.hpp"
#include "connector-pop3/refusal.hpp"
#include "connector-pop3/reply.hpp"

using namespace postern::pop3;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::size_t piece = 1U + data[0];
    std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);

    StatusLineReader status;
    MultilineDecoder decoder(data[0] % 2 == 0);
    Listing listing(100);
    Capabilities capabilities;
    listing.set_stat(parse_stat(input));
    LineSink lines([&](std::string_view line) {
        capabilities.add_line(line);
        listing.add_uidl_line(line);
        listing.add_size_line(line);
        classify_login_refusal(line);
        return !listing.full();
    });
    bool in_status = true;
    while (!input.empty()) {
        const std::string_view chunk = input.substr(0, piece);
        std::size_t used = 0;
        if (in_status) {
            const auto result = status.feed(chunk, used);
            if (result == StatusLineReader::Status::error) break;
            in_status = result == StatusLineReader::Status::need_more;
        } else if (decoder.feed(chunk, lines, used) != MultilineDecoder::Status::need_more) {
            break;
        }
        input.remove_prefix(used);
    }
    listing.finish();
    if (listing.entries().size() > 100) __builtin_trap();
    return 0;
}
