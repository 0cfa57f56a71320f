#pragma once
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/mode.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

/// UTF-8 in quoted strings and mailbox names, in both directions (RFC 9755 section 3).
class Utf8Mode final : public SessionMode {
public:
    void entered(Session& session) override {
        LexicalFeatures& features = session.features();
        features.utf8_quoted = true;
        features.utf8_mailbox_names = true;
        features.literal8 = true;
        WriterModes& modes = session.writer_modes();
        modes.utf8_quoted = true;
        modes.utf8_mailbox_names = true;
    }
    Result<void> permit(const Session& /*session*/, ArgumentKind kind) const override {
        if (kind != ArgumentKind::charset) return {};
        return Error(Errc::protocol_violation, "No charset but UTF-8 after ENABLE UTF8=ACCEPT");
    }
};

/// ENABLE UTF8=ACCEPT.
class Utf8Token final : public EnableToken {
public:
    explicit Utf8Token(Utf8Mode& mode) : mode_(mode) {}
    bool enable(Session& session) override {
        session.turn_on(mode_);
        return true;
    }

private:
    Utf8Mode& mode_;
};

}  // namespace postern::imap
