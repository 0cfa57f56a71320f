#pragma once
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/mode.hpp"
#include "postern/imap/ext/response_filter.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

/// Message numbers are neither taken nor sent (RFC 9586 section 3).
class UidonlyMode final : public SessionMode {
public:
    Result<void> permit(const Session& session, ArgumentKind kind) const override;
};

/// ENABLE UIDONLY.
class UidonlyToken final : public EnableToken {
public:
    explicit UidonlyToken(UidonlyMode& mode) : mode_(mode) {}
    bool enable(Session& session) override {
        session.turn_on(mode_);
        return true;
    }

private:
    UidonlyMode& mode_;
};

/// UIDFETCH for FETCH, VANISHED for EXPUNGE (sections 3.3 and 3.5).
class UidonlyFilter final : public ResponseFilter {
public:
    explicit UidonlyFilter(const UidonlyMode& mode) : mode_(mode) {}
    const SessionMode* mode() const override { return &mode_; }
    bool write_expunged(Session& session, std::span<const mail::ViewChanges::Expunged> messages,
                        ResponseWriter& out) override;
    bool write_fetch_head(Session& session, const FetchedMessage& message, ResponseWriter& out) override;

private:
    const UidonlyMode& mode_;
};

}  // namespace postern::imap
