#pragma once
// What being CONDSTORE-aware means for a session (RFC 7162 section 3.1).
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/mode.hpp"
#include "postern/imap/ext/operation.hpp"
#include "postern/imap/ext/response_filter.hpp"
#include "postern/imap/ext/select_parameter.hpp"
#include "postern/imap/ext/session.hpp"
#include "postern/imap/ext/status_item.hpp"

namespace postern::imap {

/// The mode that every CONDSTORE enabling command switches on.
class CondstoreMode final : public SessionMode {
public:
    /// Does it, and tells HIGHESTMODSEQ of the open mailbox if this was the first such command (section 3.1).
    void enable(Session& session);
};

/// "* OK [HIGHESTMODSEQ n]": what a client may remember as seen. Lower than the mailbox's own value while there are
/// changes this session has not been told (section 3.2).
void write_highest_modseq(Session& session, ResponseWriter& out);

/// ENABLE CONDSTORE.
class CondstoreToken final : public EnableToken {
public:
    explicit CondstoreToken(CondstoreMode& mode) : mode_(mode) {}
    bool enable(Session& session) override;

private:
    CondstoreMode& mode_;
};

/// SELECT mailbox (CONDSTORE).
class CondstoreParameter final : public SelectParameter {
public:
    explicit CondstoreParameter(CondstoreMode& mode) : mode_(mode) {}
    Result<std::unique_ptr<SelectStage>> prepare(Session& session, const Parameter& parameter,
                                                 ArgumentCursor& value) override;

private:
    CondstoreMode& mode_;
};

/// STATUS mailbox (HIGHESTMODSEQ).
class HighestModseqItem final : public StatusItem {
public:
    explicit HighestModseqItem(CondstoreMode& mode) : mode_(mode) {}
    void requested(Session& session) override { mode_.enable(session); }
    void write(const StatusSource& source, ResponseWriter& out) override {
        out.atom("HIGHESTMODSEQ").number(source.info.highest_modseq);
    }

private:
    CondstoreMode& mode_;
};

/// Flag changes are told with UID and MODSEQ, silent ones with these alone (sections 3.1.3 and 3.2.4).
class CondstoreFilter final : public ResponseFilter {
public:
    explicit CondstoreFilter(CondstoreMode& mode) : mode_(mode) {}
    const SessionMode* mode() const override { return &mode_; }
    bool wants_uid_with_flags() const override { return true; }
    void add_to_flags(Session& session, const FetchedMessage& message, ResponseWriter& out) override;
    bool answers_silent_store() const override { return true; }

private:
    CondstoreMode& mode_;
};

/// HIGHESTMODSEQ after SELECT, MODIFIED after STORE.
class CondstoreCodes final : public ResponseCodes {
public:
    std::string tagged_code(Session& session, const Operation& operation) override;
    void untagged(Session& session, const Operation& operation, ResponseWriter& out) override;
};

}  // namespace postern::imap
