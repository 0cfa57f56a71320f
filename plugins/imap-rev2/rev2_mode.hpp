#pragma once
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/mode.hpp"
#include "postern/imap/ext/response_filter.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

/// A session as RFC 9051 has it: UTF-8 in quoted strings and mailbox names, nothing told of what is recent, and ESEARCH
/// instead of SEARCH responses (appendix E, items 4, 11, 12, 16 and 24).
class Rev2Mode final : public SessionMode {
public:
    void entered(Session& session) override {
        LexicalFeatures& features = session.features();
        features.utf8_quoted = true;
        features.utf8_mailbox_names = true;
        WriterModes& modes = session.writer_modes();
        modes.utf8_quoted = true;
        modes.utf8_mailbox_names = true;
        modes.recent = false;
        modes.plain_search = false;
    }
};

/// ENABLE IMAP4rev2. Needed, since IMAP4rev1 is announced too (appendix A).
class Rev2Token final : public EnableToken {
public:
    explicit Rev2Token(Rev2Mode& mode) : mode_(mode) {}
    bool enable(Session& session) override {
        session.turn_on(mode_);
        return true;
    }

private:
    Rev2Mode& mode_;
};

/// Unasked FETCH responses carry UID (appendix E, item 21).
class Rev2Filter final : public ResponseFilter {
public:
    explicit Rev2Filter(const Rev2Mode& mode) : mode_(mode) {}
    const SessionMode* mode() const override { return &mode_; }
    bool wants_uid_with_flags() const override { return true; }

private:
    const Rev2Mode& mode_;
};

}  // namespace postern::imap
