#include "modseq_fetch.hpp"

#include "postern/imap/ext/changed_since.hpp"

namespace postern::imap {

namespace {

class ModseqEmitter final : public FetchEmitter {
public:
    std::string_view name() const override { return "MODSEQ"; }
    Need need() const override { return Need::columns; }
    bool write(Session& /*session*/, const FetchedMessage& message, ResponseWriter& out) override {
        out.atom("MODSEQ").open().number(message.modseq()).close();
        return true;
    }
};

class ChangedSince final : public ChangedSinceStage {
public:
    explicit ChangedSince(Modseq since) : since_(since) {}
    Modseq since() const override { return since_; }
    Result<void> narrow(FetchPlan& plan) override {
        const mail::Columns columns = plan.session.selected()->mailbox->columns();
        std::erase_if(plan.slots, [&](mail::Slot slot) { return columns.modseq[slot] <= since_; });
        return {};
    }

private:
    Modseq since_;
};

}  // namespace

Result<std::unique_ptr<FetchEmitter>> ModseqItem::prepare(Session& session, const FetchItem& item,
                                                          ArgumentCursor& args) {
    if (item.section || item.partial) return args.error("MODSEQ takes no section");
    mode_.enable(session);
    return std::unique_ptr<FetchEmitter>(std::make_unique<ModseqEmitter>());
}

Result<std::unique_ptr<FetchStage>> ChangedSinceModifier::prepare(FetchPlan& plan, const Parameter& parameter,
                                                                  ArgumentCursor& value) {
    if (!parameter.has_value) return value.expected("a mod-sequence after CHANGEDSINCE");
    // mod-sequence-value is at least 1, but 0 is what clients send that know nothing yet.
    auto since = value.number64();
    if (!since) return since.error();
    if (auto end = value.end(); !end) return end.error();
    mode_.enable(plan.session);
    if (!plan.has("MODSEQ")) plan.emitters.push_back(std::make_unique<ModseqEmitter>());
    return std::unique_ptr<FetchStage>(std::make_unique<ChangedSince>(*since));
}

}  // namespace postern::imap
