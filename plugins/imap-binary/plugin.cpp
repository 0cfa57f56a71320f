// BINARY (RFC 3516): parts come without their transfer encoding, messages may hold NUL.
//
//     C: a1 UID FETCH 7 (BINARY.SIZE[2] BINARY.PEEK[2]<0.1000>)
#include "postern/plugin/plugin.hpp"
#include "binary_items.hpp"
#include "binary_literal.hpp"
#include "postern/imap/ext/capability.hpp"

namespace postern::imap {
namespace {

class Literal8 final : public Feature {
public:
    void apply(SessionFeatures& features) const override { features.lexical.literal8 = true; }
};

class BinaryPlugin final : public Plugin {
public:
    explicit BinaryPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<FetchItemHandler>("BINARY", content_);
        registrar.add<FetchItemHandler>("BINARY.PEEK", peek_);
        registrar.add<FetchItemHandler>("BINARY.SIZE", size_);
        registrar.add<Feature>("imap-binary", literal8_);
        registrar.add<AppendFilter>("imap-binary", messages_);
        registrar.add<Capability>("BINARY", capability_);
        return {};
    }

private:
    BinaryItem content_{BinaryItem::Kind::content};
    BinaryItem peek_{BinaryItem::Kind::peek};
    BinaryItem size_{BinaryItem::Kind::size};
    Literal8 literal8_;
    BinaryMessages messages_;
    StaticCapability capability_{{"BINARY"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::BinaryPlugin, {.id = "imap-binary",
                                             .summary = "IMAP BINARY (RFC 3516)",
                                             .dependencies = postern::imap::dependencies});
