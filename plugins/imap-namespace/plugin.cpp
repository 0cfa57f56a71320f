// NAMESPACE (RFC 2342): where personal mailboxes begin, and where those are that other users share.
//
//     C: a1 NAMESPACE
//     S: * NAMESPACE (("" "/")) NIL NIL
//     S: a1 OK NAMESPACE completed
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/access.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {
namespace {

class NamespaceCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {.states = in_authenticated}; }
    Task<CommandResult> run(CommandContext* context) override {
        if (auto end = context->args.end(); !end) co_return CommandResult::failed(end.error());
        ResponseWriter out = context->session.writer();
        out.untagged().atom("NAMESPACE");
        write(out, "");
        if (access_ != nullptr) {
            write(out, access_->other_users());
        } else {
            out.nil();
        }
        out.nil().end_line();
        co_return CommandResult::ok("NAMESPACE completed");
    }
    void set_access(const MailboxAccess* access) { access_ = access; }

private:
    static void write(ResponseWriter& out, std::string_view prefix) {
        const std::string_view delimiter(&mail::hierarchy_delimiter, 1);
        out.open().open().string(prefix).string(delimiter).close().close();
    }
    const MailboxAccess* access_ = nullptr;
};

class NamespacePlugin final : public Plugin {
public:
    explicit NamespacePlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHandler>("NAMESPACE", command_);
        registrar.add<Capability>("NAMESPACE", capability_);
        return {};
    }
    Result<void> resolve(const Lookup& lookup) override {
        command_.set_access(lookup.find<MailboxAccess>());
        return {};
    }

private:
    NamespaceCommand command_;
    StaticCapability capability_{{"NAMESPACE"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::NamespacePlugin, {.id = "imap-namespace",
                                                .summary = "IMAP NAMESPACE (RFC 2342)",
                                                .dependencies = postern::imap::dependencies});
