// i;unicode-casemap (RFC 5051)
#include "postern/mime/decode.hpp"
#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

class UnicodeCasemap final : public Comparator {
public:
    std::string fold(std::string_view text) const override { return mime::fold(text); }
};

class Casemap final : public ExtensionPlugin {
public:
    explicit Casemap(Host& host) : ExtensionPlugin(host) {
        piece<Comparator>("i;unicode-casemap", std::make_unique<UnicodeCasemap>());
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Casemap, {.id = "sieve-unicode-casemap",
                                         .summary = "Sieve: comparator i;unicode-casemap (RFC 5051)",
                                         .dependencies = postern::sieve::needs_engine});
