// i;ascii-numeric (RFC 4790 section 9.1): the number at the beginning; what begins with no digit is infinity.
#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

class AsciiNumeric final : public Comparator {
public:
    /// Digits without leading zeros; "" is infinity.
    std::string fold(std::string_view text) const override {
        const auto end = text.find_first_not_of("0123456789");
        const std::string_view digits = text.substr(0, end);
        const auto begin = digits.find_first_not_of('0');
        if (begin == std::string_view::npos) return digits.empty() ? "" : "0";
        return std::string(digits.substr(begin));
    }
    bool has_substrings() const override { return false; }
    int compare(std::string_view a, std::string_view b) const override {
        const std::string x = fold(a), y = fold(b);
        if (x.empty() || y.empty()) return static_cast<int>(x.empty()) - static_cast<int>(y.empty());
        if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
        return x.compare(y);
    }
};

class Numeric final : public ExtensionPlugin {
public:
    explicit Numeric(Host& host) : ExtensionPlugin(host) {
        piece<Comparator>("i;ascii-numeric", std::make_unique<AsciiNumeric>());
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Numeric, {.id = "sieve-ascii-numeric",
                                         .summary = "Sieve: comparator i;ascii-numeric (RFC 4790)",
                                         .dependencies = postern::sieve::needs_engine});
