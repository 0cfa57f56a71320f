// PREVIEW (RFC 8970): the first words of a message, made when it was delivered.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/fetch_item.hpp"

namespace postern::imap {
namespace {

/// The record holds the text, so LAZY is never a reason to answer NIL. A message without readable text has the empty
/// string (section 3.2).
class PreviewEmitter final : public FetchEmitter {
public:
    std::string_view name() const override { return "PREVIEW"; }
    Need need() const override { return Need::record; }
    bool write(Session& /*session*/, const FetchedMessage& message, ResponseWriter& out) override {
        out.atom("PREVIEW").string(message.stored->record.preview());
        return true;
    }
};

class PreviewItem final : public FetchItemHandler {
public:
    bool takes_arguments() const override { return true; }
    Result<std::unique_ptr<FetchEmitter>> prepare(Session& /*session*/, const FetchItem& item,
                                                  ArgumentCursor& args) override {
        if (item.section || item.partial) return args.error("PREVIEW takes no section");
        if (!args.at_end()) {
            const auto modifiers = args.name_list();
            if (!modifiers) return modifiers.error();
            for (const std::string& modifier : *modifiers) {
                if (modifier != "LAZY") return args.error("Unknown modifier of PREVIEW: " + modifier);
            }
        }
        return std::unique_ptr<FetchEmitter>(std::make_unique<PreviewEmitter>());
    }
};

class PreviewPlugin final : public Plugin {
public:
    explicit PreviewPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<FetchItemHandler>("PREVIEW", item_);
        registrar.add<Capability>("PREVIEW", capability_);
        return {};
    }

private:
    PreviewItem item_;
    StaticCapability capability_{{"PREVIEW"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::PreviewPlugin, {.id = "imap-preview",
                                              .summary = "IMAP PREVIEW (RFC 8970)",
                                              .dependencies = postern::imap::dependencies});
