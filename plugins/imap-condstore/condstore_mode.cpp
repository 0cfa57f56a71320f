#include "condstore_mode.hpp"

namespace postern::imap {

namespace {

class CondstoreStage final : public SelectStage {
public:
    explicit CondstoreStage(CondstoreMode& mode) : mode_(mode) {}
    /// Before the mailbox is open: its HIGHESTMODSEQ is told with the responses of SELECT.
    Result<void> before_open(Session& session) override {
        session.turn_on(mode_);
        return {};
    }

private:
    CondstoreMode& mode_;
};

}  // namespace

void CondstoreMode::enable(Session& session) {
    if (session.is_on(*this)) return;
    session.turn_on(*this);
    if (session.selected() == nullptr) return;
    ResponseWriter out = session.writer();
    write_highest_modseq(session, out);
}

void write_highest_modseq(Session& session, ResponseWriter& out) {
    SelectedMailbox& selected = *session.selected();
    Modseq modseq = selected.mailbox->info().highest_modseq;
    if (selected.view->has_changes(true)) modseq = std::min(modseq, selected.view->told_modseq());
    out.status("", "OK", "HIGHESTMODSEQ " + std::to_string(modseq), "Highest mod-sequence");
}

bool CondstoreToken::enable(Session& session) {
    mode_.enable(session);
    return true;
}

Result<std::unique_ptr<SelectStage>> CondstoreParameter::prepare(Session& /*session*/,
                                                                 const Parameter& parameter,
                                                                 ArgumentCursor& value) {
    if (parameter.has_value) return value.error("CONDSTORE takes no value");
    return std::unique_ptr<SelectStage>(std::make_unique<CondstoreStage>(mode_));
}

void CondstoreFilter::add_to_flags(Session& /*session*/, const FetchedMessage& message, ResponseWriter& out) {
    out.atom("MODSEQ").open().number(message.modseq()).close();
}

std::string CondstoreCodes::tagged_code(Session& /*session*/, const Operation& operation) {
    if (operation.kind != Operation::Kind::stored || operation.refused.empty()) return {};
    return "MODIFIED " + operation.refused.to_string();
}

void CondstoreCodes::untagged(Session& session, const Operation& operation, ResponseWriter& out) {
    // Told to every client: one that never heard of it ignores the code (RFC 7162 section 3.1.2.1, example 1).
    if (operation.kind == Operation::Kind::opened) write_highest_modseq(session, out);
}

}  // namespace postern::imap
