// UIDPLUS (RFC 4315): UID EXPUNGE, and the UIDs that APPEND, COPY and MOVE gave.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/operation.hpp"
#include "uid_expunge_command.hpp"

namespace postern::imap {
namespace {

/// APPENDUID and COPYUID (section 3).
class UidCodes final : public ResponseCodes {
public:
    std::string tagged_code(Session& /*session*/, const Operation& operation) override {
        switch (operation.kind) {
            case Operation::Kind::appended:
                return "APPENDUID " + std::to_string(operation.uidvalidity) + " " +
                       operation.destination.to_string();
            case Operation::Kind::copied:
                return copyuid(operation);
            default:
                return {};
        }
    }

    /// MOVE tells before its expunges which message became which (RFC 6851 section 4.3).
    void untagged(Session& /*session*/, const Operation& operation, ResponseWriter& out) override {
        if (operation.kind != Operation::Kind::moved) return;
        const std::string code = copyuid(operation);
        if (!code.empty()) out.status("", "OK", code, "Moved UIDs");
    }

private:
    /// Empty if nothing was copied: a set of nothing cannot be written.
    static std::string copyuid(const Operation& operation) {
        if (operation.source.empty()) return {};
        return "COPYUID " + std::to_string(operation.uidvalidity) + " " + operation.source.to_string() + " " +
               operation.destination.to_string();
    }
};

class UidPlusPlugin final : public Plugin {
public:
    explicit UidPlusPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHandler>("UID EXPUNGE", expunge_);
        registrar.add<ResponseCodes>("imap-uidplus", codes_);
        registrar.add<Capability>("UIDPLUS", capability_);
        return {};
    }

private:
    UidExpungeCommand expunge_;
    UidCodes codes_;
    StaticCapability capability_{{"UIDPLUS"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::UidPlusPlugin, {.id = "imap-uidplus",
                                              .summary = "IMAP UIDPLUS (RFC 4315)",
                                              .dependencies = postern::imap::dependencies});
