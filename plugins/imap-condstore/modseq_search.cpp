#include "modseq_search.hpp"

namespace postern::imap {

namespace {

class ModseqCriterion final : public SearchExtension {
public:
    explicit ModseqCriterion(Modseq least) : least_(least) {}
    std::string_view name() const override { return ModseqKey::key_name; }
    std::string to_string() const override { return "MODSEQ " + std::to_string(least_); }
    Modseq least() const { return least_; }

private:
    Modseq least_;
};

/// entry-name SP entry-type-req SP
Result<void> skip_entry(ArgumentCursor& in) {
    if (!in.at_string()) return {};
    if (auto entry = in.string(); !entry) return entry.error();
    if (auto space = in.space(); !space) return space.error();
    auto type = in.keyword();
    if (!type) return type.error();
    if (*type != "PRIV" && *type != "SHARED" && *type != "ALL") return in.expected("priv, shared or all");
    return in.space();
}

Modseq highest(SearchPlan& plan, std::span<const mail::Slot> slots) {
    const mail::Columns columns = plan.session.selected()->mailbox->columns();
    Modseq found = 0;
    for (mail::Slot slot : slots) found = std::max(found, columns.modseq[slot]);
    return found;
}

}  // namespace

Result<SearchNode> ModseqKey::parse(Session& session, ArgumentCursor& in, SearchParser& /*parser*/) {
    if (auto space = in.space(); !space) return space.error();
    if (auto entry = skip_entry(in); !entry) return entry.error();
    auto least = in.number64();
    if (!least) return least.error();
    mode_.enable(session);
    return SearchNode::of_extension(std::make_shared<ModseqCriterion>(*least));
}

Need ModseqKey::need(const SearchExtension& /*key*/) const {
    return Need::columns;
}

bool ModseqKey::matches(Session& /*session*/, const SearchExtension& key,
                        const FetchedMessage& message) const {
    return message.modseq() >= static_cast<const ModseqCriterion&>(key).least();
}

void ModseqDecorator::decorate(SearchPlan& plan, SearchReply& reply) {
    if (!plan.uses(ModseqKey::key_name) || plan.result.empty()) return;
    if (!reply.extended) {
        reply.trailer = "(MODSEQ " + std::to_string(highest(plan, plan.result)) + ")";
        return;
    }
    const Modseq modseq = highest(plan, reply.names_all ? plan.result : reply.named);
    if (modseq != 0) reply.items.emplace_back("MODSEQ", std::to_string(modseq));
}

}  // namespace postern::imap
