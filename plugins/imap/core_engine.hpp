#pragma once
// The engines behind FETCH, SEARCH, STATUS and COPY, for the core's commands and for extensions'.
#include <span>
#include <string>
#include <vector>

#include "postern/imap/ext/engine.hpp"
#include "registries.hpp"
#include "settings.hpp"

namespace postern::imap {

/// Stateless; shared by all sessions.
class CoreEngine final : public Engine {
public:
    CoreEngine(const Registries& registries, const Settings& settings)
        : registries_(registries), settings_(settings) {}

    CapabilityList capabilities(const Session& session) const override;

    Result<std::unique_ptr<FetchEmitter>> make_emitter(Session& session, std::string_view item) override;
    Result<FetchPlan> parse_fetch(Session& session, bool uid, ArgumentCursor& in) override;
    Result<FetchPlan> parse_fetch_items(Session& session, bool uid, ArgumentCursor& in) override;
    Task<Result<void>> fetch(FetchPlan* plan) override;

    Result<void> parse_search_returns(SearchPlan& plan, ArgumentCursor& in) override;
    Result<void> parse_search_program(SearchPlan& plan, ArgumentCursor& in) override;
    Result<void> parse_search_with_charset(SearchPlan& plan, ArgumentCursor& in) override;
    Task<Result<void>> search(SearchPlan* plan) override;
    Result<void> reply_to_search(SearchPlan& plan) override;
    Task<Result<std::vector<mail::StoredMessagePtr>>> load(Session* session,
                                                           std::vector<mail::Slot> slots) override;

    std::uint64_t append_limit() const override { return settings_.append_limit; }
    Task<Result<mail::NewMail>> read_message(CommandContext* context) override;
    LiteralDecision message_literal(Session& session, const LiteralOffer& offer,
                                    ArgumentCursor& args) override;

    StatusItem* find_status_item(std::string_view name) const override;
    Task<Result<void>> write_status(Session* session, std::string mailbox,
                                    std::vector<std::string> items) override;

    Task<CommandResult> transfer(CommandContext* context, bool move) override;

private:
    TakesArguments takes_arguments() const;
    Result<void> add_items(FetchPlan& plan, const FetchArguments& arguments, ArgumentCursor& in);
    Result<void> add_modifiers(FetchPlan& plan, const FetchArguments& arguments, ArgumentCursor& in);
    Result<void> parse_message_head(Session& session, ArgumentCursor& in, mail::NewMail& message) const;
    Result<bool> parse_message_option(Session& session, ArgumentCursor& in, mail::NewMail& message) const;
    AppendSource* take_source(ArgumentCursor& in) const;
    SearchParser make_parser(Session& session);

    const Registries& registries_;
    const Settings& settings_;
};

}  // namespace postern::imap
