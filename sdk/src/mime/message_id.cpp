// Message ids (RFC 5322 section 3.6.4), normalized for comparison (RFC 5256 section 3).
#include <algorithm>

#include "mime/ascii.hpp"
#include "postern/mime/sort.hpp"

namespace postern::mime {

namespace {

/// Reads what stands after '<' up to '>', without quotes, quoted pairs, white space and comments.
std::string read_id(std::string_view value, std::size_t& i) {
    std::string id;
    bool quoted = false;
    for (; i < value.size(); ++i) {
        const char c = value[i];
        if (c == '\\' && i + 1 < value.size()) {
            id += value[++i];
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && (c == '>' || c == '<')) {
            break;
        } else if (!is_space(c)) {
            id += c;
        }
    }
    if (i < value.size() && value[i] == '>') ++i;
    return id;
}

/// Over the limit the first stays (the root of the thread) and so do the last ones.
void cut_to(std::size_t limit, std::vector<std::string>& ids) {
    if (ids.size() <= limit) return;
    const std::ptrdiff_t first_kept = limit > 1 ? 1 : 0;
    ids.erase(ids.begin() + first_kept,
              ids.begin() + first_kept + static_cast<std::ptrdiff_t>(ids.size() - limit));
}

}  // namespace

std::vector<std::string> message_ids(std::string_view value, std::size_t limit) {
    std::vector<std::string> ids;
    const auto keep = [&](std::string id) {
        if (!id.empty()) ids.push_back(std::move(id));
    };
    if (value.find('<') != std::string_view::npos) {
        for (std::size_t i = value.find('<'); i != std::string_view::npos; i = value.find('<', i))
            keep(read_id(value, ++i));
        cut_to(limit, ids);
        return ids;
    }
    // Some senders leave the brackets out.
    for (std::size_t i = 0; i < value.size();) {
        while (i < value.size() && (is_space(value[i]) || value[i] == ',')) ++i;
        const std::size_t begin = i;
        while (i < value.size() && !is_space(value[i]) && value[i] != ',') ++i;
        const std::string_view word = value.substr(begin, i - begin);
        if (word.find('@') != std::string_view::npos) keep(std::string(word));
    }
    cut_to(limit, ids);
    return ids;
}

// FNV-1a with a final mix (the finaliser of MurmurHash3): small, stable, spreads well enough for 64 bits.
std::uint64_t message_id_hash(std::string_view id) noexcept {
    std::uint64_t h = 0xcbf29ce484222325U;
    for (const char c : id) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdU;
    h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53U;
    h ^= h >> 33;
    return h == 0 ? 1 : h;
}

}  // namespace postern::mime
