#pragma once
// Cuts the data of a multi-line reply into lines and hands each to a function; a line of unbounded length ends it.
#include <functional>
#include <string>
#include <string_view>

#include "connector-pop3/listing.hpp"
#include "connector-pop3/multiline.hpp"

namespace postern::pop3 {

class LineSink final : public DataSink {
public:
    /// Answers false to take no more.
    using Taker = std::function<bool(std::string_view line)>;

    explicit LineSink(Taker take) : take_(std::move(take)) {}

    bool append(std::string_view octets) override {
        while (!octets.empty()) {
            const std::size_t lf = octets.find('\n');
            const std::size_t length = lf == std::string_view::npos ? octets.size() : lf;
            if (partial_.size() + length > max_listing_line) return false;
            if (lf == std::string_view::npos) {
                partial_.append(octets);
                return true;
            }
            if (!take_whole(octets.substr(0, lf))) return false;
            octets.remove_prefix(lf + 1);
        }
        return true;
    }

private:
    bool take_whole(std::string_view line) {
        if (!partial_.empty()) {
            partial_.append(line);
            line = partial_;
        }
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        const bool more = take_(line);
        partial_.clear();
        return more;
    }

    Taker take_;
    std::string partial_;
};

/// Keeps all octets, up to a bound.
class StringSink final : public DataSink {
public:
    explicit StringSink(std::uint64_t limit) : limit_(limit) {}
    bool append(std::string_view octets) override {
        if (text.size() + octets.size() > limit_) return false;
        text.append(octets);
        return true;
    }
    std::string text;

private:
    std::uint64_t limit_;
};

}  // namespace postern::pop3
