#pragma once
#include "postern/imap/ext/mode.hpp"
#include "postern/imap/ext/response_filter.hpp"

namespace postern::imap {

/// On once NOTIFY SET was used.
class NotifyMode final : public SessionMode {};

/// Changed flags are told with UID (RFC 5465 section 5.1).
class NotifyResponses final : public ResponseFilter {
public:
    explicit NotifyResponses(const NotifyMode& mode) : mode_(mode) {}
    const SessionMode* mode() const override { return &mode_; }
    bool wants_uid_with_flags() const override { return true; }

private:
    const NotifyMode& mode_;
};

}  // namespace postern::imap
