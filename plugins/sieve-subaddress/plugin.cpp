// subaddress (RFC 5233): :user and :detail of user+detail@domain
#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

constexpr char separator = '+';

template <bool detail>
class Half final : public AddressPart {
public:
    std::string_view capability() const override { return "subaddress"; }
    std::optional<std::string> of(std::string_view local, std::string_view) const override {
        const auto at = local.find(separator);
        if constexpr (!detail) return std::string(local.substr(0, at));
        // No separator: the test fails for this address (section 4).
        if (at == std::string_view::npos) return std::nullopt;
        return std::string(local.substr(at + 1));
    }
};

class Subaddress final : public ExtensionPlugin {
public:
    explicit Subaddress(Host& host) : ExtensionPlugin(host) {
        capability("subaddress");
        piece<AddressPart>(":user", std::make_unique<Half<false>>());
        piece<AddressPart>(":detail", std::make_unique<Half<true>>());
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Subaddress, {.id = "sieve-subaddress",
                                            .summary = "Sieve: subaddress (RFC 5233)",
                                            .dependencies = postern::sieve::needs_engine});
