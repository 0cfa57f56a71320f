#include "relevancy.hpp"

#include <algorithm>

#include "fuzzy_key.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

namespace {

constexpr SlotKey<FuzzyScores> fuzzy_scores{"fuzzy scores"};

class Relevancy final : public SearchReturn {
public:
    std::string_view name() const override { return "RELEVANCY"; }

    Result<void> finish(SearchPlan& plan, SearchReply& reply) override {
        if (!plan.uses(fuzzy_key_name)) return Error(Errc::protocol_violation, "RELEVANCY needs a FUZZY key");
        if (plan.result.empty()) return {};
        const FuzzyScores& scores = scores_of(plan.session);
        std::string list = "(";
        for (const mail::Slot slot : plan.result) {
            if (list.size() > 1) list += ' ';
            list += std::to_string(scores.of(slot));
        }
        reply.items.emplace_back("RELEVANCY", list + ')');
        return {};
    }
};

}  // namespace

void FuzzyScores::note(mail::Slot slot, const SearchExtension& key, int score) {
    Scores& scores = scores_[slot];
    const auto known = std::ranges::find(scores, &key, &Scores::value_type::first);
    if (known == scores.end()) {
        scores.emplace_back(&key, score);
    } else {
        known->second = score;
    }
}

int FuzzyScores::of(mail::Slot slot) const {
    const auto found = scores_.find(slot);
    if (found == scores_.end()) return 100;
    int sum = 0;
    int count = 0;
    for (const auto& [key, score] : found->second) {
        if (score == 0) continue;
        sum += score;
        ++count;
    }
    return count == 0 ? 1 : sum / count;
}

FuzzyScores& scores_of(Session& session) {
    return session.slots().get(fuzzy_scores);
}

Result<std::unique_ptr<SearchReturn>> RelevancyOption::prepare(SearchPlan& /*plan*/,
                                                               const Parameter& parameter,
                                                               ArgumentCursor& value) {
    if (parameter.has_value) return value.error("RELEVANCY takes no value");
    return std::unique_ptr<SearchReturn>(std::make_unique<Relevancy>());
}

void ForgetScores::after(CommandContext& context, CommandResult& /*result*/) {
    context.session.slots().drop(fuzzy_scores);
}

}  // namespace postern::imap
