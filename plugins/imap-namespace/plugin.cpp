// NAMESPACE (RFC 2342): where personal mailboxes begin. Nobody else's mailboxes are visible.
//
//     C: a1 NAMESPACE
//     S: * NAMESPACE (("" "/")) NIL NIL
//     S: a1 OK NAMESPACE completed
#include "postern/plugin/plugin.hpp"
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
        out.open().open().string("").string(std::string_view(&mail::hierarchy_delimiter, 1)).close().close();
        out.nil().nil().end_line();
        co_return CommandResult::ok("NAMESPACE completed");
    }
};

class NamespacePlugin final : public Plugin {
public:
    explicit NamespacePlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHandler>("NAMESPACE", command_);
        registrar.add<Capability>("NAMESPACE", capability_);
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
