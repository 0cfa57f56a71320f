// ENABLE (RFC 5161): switches on what changes the meaning of later responses.
//
//     C: a1 ENABLE CONDSTORE X-GOOD-IDEA
//     S: * ENABLED CONDSTORE
//     S: a1 OK ENABLE completed
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/command_handler.hpp"
#include "postern/imap/ext/listener_extensions.hpp"

namespace postern::imap {
namespace {

/// Unknown tokens are ignored, as section 3.1 wants.
class EnableCommand final : public CommandHandler {
public:
    void set_lookup(const Lookup& lookup) {
        tokens_ = lookup.all<EnableToken>();
        extensions_ = lookup.find<ListenerExtensions>();
    }

    CommandTraits traits() const override { return {.states = in_authenticated}; }

    Task<CommandResult> run(CommandContext* context) override {
        auto names = parse(context->args);
        if (!names) co_return CommandResult::failed(names.error());
        std::vector<std::string> enabled;
        for (const std::string& name : *names) {
            const auto* token = find(context->session, name);
            if (token != nullptr && token->object->enable(context->session))
                enabled.emplace_back(token->name);
        }
        ResponseWriter out = context->session.writer();
        out.untagged().atom("ENABLED");
        for (const std::string& name : enabled) out.atom(name);
        out.end_line();
        co_return CommandResult::ok("ENABLE completed");
    }

private:
    static Result<std::vector<std::string>> parse(ArgumentCursor& args) {
        std::vector<std::string> names;
        do {
            if (auto space = args.space(); !space) return space.error();
            auto name = args.keyword();
            if (!name) return name.error();
            names.push_back(*name);
        } while (!args.at_end());
        return names;
    }

    const Lookup::Named<EnableToken>* find(const Session& session, const std::string& name) const {
        for (const auto& token : tokens_) {
            if (equals_ignore_case(token.name, name) && extensions_->has(session, token.plugin))
                return &token;
        }
        return nullptr;
    }

    std::vector<Lookup::Named<EnableToken>> tokens_;
    const ListenerExtensions* extensions_ = nullptr;
};

class EnablePlugin final : public Plugin {
public:
    explicit EnablePlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHandler>("ENABLE", command_);
        registrar.add<Capability>("ENABLE", capability_);
        return {};
    }
    Result<void> resolve(const Lookup& lookup) override {
        command_.set_lookup(lookup);
        return {};
    }

private:
    EnableCommand command_;
    StaticCapability capability_{{"ENABLE"}, Phase::always};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::EnablePlugin, {.id = "imap-enable",
                                             .summary = "IMAP ENABLE (RFC 5161)",
                                             .dependencies = postern::imap::dependencies});
