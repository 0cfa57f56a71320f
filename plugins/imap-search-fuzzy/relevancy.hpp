#pragma once
// Scores of the messages that a fuzzy search found (RFC 6203 sections 4 and 6).
#include <unordered_map>
#include <utility>
#include <vector>

#include "postern/imap/ext/command_handler.hpp"
#include "postern/imap/ext/search_option.hpp"
#include "postern/imap/ext/sort_key.hpp"

namespace postern::imap {

/// Of the command that runs. A message that is looked at twice has the later score.
class FuzzyScores {
public:
    void note(mail::Slot slot, const SearchExtension& key, int score);
    /// From 1 to 100: the mean of the keys that matched it; 100 if it was not for a fuzzy one.
    int of(mail::Slot slot) const;

private:
    using Scores = std::vector<std::pair<const SearchExtension*, int>>;
    std::unordered_map<mail::Slot, Scores> scores_;
};

FuzzyScores& scores_of(Session& session);

/// SEARCH RETURN (RELEVANCY): "RELEVANCY (4 99 42)", in the order of the result.
class RelevancyOption final : public SearchReturnOption {
public:
    Result<std::unique_ptr<SearchReturn>> prepare(SearchPlan& plan, const Parameter& parameter,
                                                  ArgumentCursor& value) override;
};

/// SORT (RELEVANCY): the best first.
class RelevancyKey final : public SortKey {
public:
    Need need() const override { return Need::columns; }
    std::int64_t number(Session& session, const FetchedMessage& message) const override {
        return -scores_of(session).of(message.slot);
    }
};

/// Forgets the scores when their command is done.
class ForgetScores final : public CommandHook {
public:
    void after(CommandContext& context, CommandResult& result) override;
};

}  // namespace postern::imap
