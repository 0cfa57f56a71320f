#pragma once
#include <vector>

#include "key_order.hpp"
#include "postern/imap/ext/command_handler.hpp"
#include "postern/imap/ext/listener_extensions.hpp"

namespace postern::imap {

/// SORT and UID SORT: SEARCH whose result has an order (RFC 5256 section 3), with return options where there are any
/// (RFC 5267 section 3).
class SortCommand final : public CommandHandler {
public:
    void set_keys(const Lookup& lookup) {
        keys_ = lookup.all<SortKey>();
        extensions_ = lookup.find<ListenerExtensions>();
    }

    CommandTraits traits() const override {
        return {.states = in_selected, .uid_form = true, .updates = Updates::numbers_stay_by_msn};
    }
    Task<CommandResult> run(CommandContext* context) override;

private:
    Result<void> parse(CommandContext& context, SearchPlan& plan) const;
    Result<std::vector<SortCriterion>> parse_criteria(const Session& session, ArgumentCursor& in) const;
    const SortKey* find(const Session& session, std::string_view name) const;

    std::vector<Lookup::Named<SortKey>> keys_;
    const ListenerExtensions* extensions_ = nullptr;
};

}  // namespace postern::imap
