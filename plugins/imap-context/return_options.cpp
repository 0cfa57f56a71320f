#include "return_options.hpp"

#include "live_search.hpp"

namespace postern::imap {

namespace {

class Update final : public SearchReturn {
public:
    std::string_view name() const override { return UpdateOption::option_name; }

    Result<void> finish(SearchPlan& plan, SearchReply& /*reply*/) override {
        SelectedMailbox& selected = *plan.session.selected();
        LiveSearches& all = selected.slots.get(live_searches);
        if (all.searches.size() >= LiveSearches::most) {
            plan.session.writer().status("", "NO", "NOUPDATE \"" + plan.tag + "\"",
                                         "Too many searches are updated");
            return {};
        }
        auto tree = without_numbers(plan.session, plan.tree);
        if (!tree) return tree.error();
        // Others may have fallen behind: what is looked at twice does no harm.
        if (all.searches.empty()) all.known = selected.view->told_modseq();
        all.searches.push_back(
            {plan.tag, plan.uid, std::move(*tree), plan.order, uids_of(selected, plan.result)});
        return {};
    }
};

class Hint final : public SearchReturn {
public:
    std::string_view name() const override { return ContextOption::option_name; }
    Result<void> finish(SearchPlan& /*plan*/, SearchReply& /*reply*/) override { return {}; }
};

}  // namespace

Result<std::unique_ptr<SearchReturn>> UpdateOption::prepare(SearchPlan& plan, const Parameter& parameter,
                                                            ArgumentCursor& value) {
    if (parameter.has_value) return value.error("UPDATE takes no value");
    if (plan.session.selected() == nullptr) return value.error("UPDATE is for the selected mailbox");
    LiveSearches* all = live_searches_of(plan.session);
    if (all != nullptr && all->find(plan.tag) != nullptr)
        return Error(Errc::protocol_violation, "That tag is in use by a search that is updated");
    return std::unique_ptr<SearchReturn>(std::make_unique<Update>());
}

Result<std::unique_ptr<SearchReturn>> ContextOption::prepare(SearchPlan& /*plan*/, const Parameter& parameter,
                                                             ArgumentCursor& value) {
    if (parameter.has_value) return value.error("CONTEXT takes no value");
    return std::unique_ptr<SearchReturn>(std::make_unique<Hint>());
}

Task<CommandResult> CancelUpdateCommand::run(CommandContext* context) {
    std::vector<std::string> tags;
    do {
        if (auto space = context->args.space(); !space) co_return CommandResult::failed(space.error());
        auto tag = context->args.quoted();
        if (!tag) co_return CommandResult::failed(tag.error());
        tags.emplace_back(*tag);
    } while (!context->args.at_end());
    // One that was refused, or cancelled before, is as cancelled as it can be.
    LiveSearches& all = context->session.selected()->slots.get(live_searches);
    for (const std::string& tag : tags)
        std::erase_if(all.searches, [&](const LiveSearch& search) { return search.tag == tag; });
    co_return CommandResult::ok("No further updates");
}

}  // namespace postern::imap
