// URLs of clients (RFC 5092): whatever comes, the parts lie within it and name a message.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "postern/imap/url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto url = postern::imap::parse_imap_url(text);
    if (!url) return 0;
    if (url->uid == 0 || url->mailbox.empty() || url->rump > size) std::abort();
    if (!url->token.empty() && (url->token.size() < 32 || url->rump >= size || text[url->rump] != ':'))
        std::abort();
    // What is left without the token is the URL that was authorised.
    const auto rump = postern::imap::parse_imap_url(text.substr(0, url->rump));
    if (!rump || rump->uid != url->uid || rump->mailbox != url->mailbox || !rump->token.empty()) std::abort();
    return 0;
}
