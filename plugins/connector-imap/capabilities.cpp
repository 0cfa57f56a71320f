#include "connector-imap/capabilities.hpp"

#include "connector-imap/responses.hpp"
#include "postern/imap/lexical.hpp"

namespace postern::imap_client {

namespace {
constexpr std::size_t max_capabilities = 500;
}

Capabilities Capabilities::parse(std::string_view words) {
    Capabilities out;
    for (const auto word : words_of(words)) {
        if (out.names_.size() >= max_capabilities) break;
        out.names_.insert(imap::to_upper(word));
    }
    return out;
}

bool Capabilities::has_mechanism(std::string_view name) const {
    return has("AUTH=" + std::string(name));
}

void Capabilities::remove(std::string_view name) {
    const auto found = names_.find(name);
    if (found != names_.end()) names_.erase(found);
}

}  // namespace postern::imap_client
