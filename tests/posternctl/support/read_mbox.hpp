#pragma once
#include <algorithm>
#include <string_view>
#include <vector>

#include "tools/posternctl/mbox.hpp"

namespace posternctl::test {

/// All messages of an mbox.
inline std::vector<FiledMail> read_mbox(std::string_view text, MboxReader reader = MboxReader()) {
    std::vector<FiledMail> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        if (auto mail = reader.line(text.substr(0, end))) out.push_back(std::move(*mail));
        text.remove_prefix(end);
    }
    if (auto mail = reader.finish()) out.push_back(std::move(*mail));
    return out;
}

}  // namespace posternctl::test
