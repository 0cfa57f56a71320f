#include "page.hpp"

#include <algorithm>

namespace postern::imap {

Result<Page> Page::parse(ArgumentCursor& in) {
    Page page;
    page.from_end_ = in.skip('-');
    const auto first = in.nz_number();
    if (!first) return first.error();
    if (auto colon = in.expect(':'); !colon) return colon.error();
    if (page.from_end_) {
        if (auto sign = in.expect('-'); !sign) return sign.error();
    }
    const auto last = in.nz_number();
    if (!last) return last.error();
    if (auto end = in.end(); !end) return end.error();
    page.first_ = *first;
    page.last_ = *last;
    return page;
}

std::pair<std::size_t, std::size_t> Page::of(std::size_t count) const {
    const auto [low, high] = std::minmax(first_, last_);
    const std::size_t begin = std::min<std::size_t>(low - 1, count);
    const std::size_t end = std::min<std::size_t>(high, count);
    if (!from_end_) return {begin, end};
    return {count - end, count - begin};
}

std::string Page::to_string() const {
    const char* sign = from_end_ ? "-" : "";
    return sign + std::to_string(first_) + ':' + sign + std::to_string(last_);
}

}  // namespace postern::imap
