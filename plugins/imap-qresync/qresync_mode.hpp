#pragma once
// What ENABLE QRESYNC changes for a session (RFC 7162 section 3.2).
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/mode.hpp"
#include "postern/imap/ext/operation.hpp"
#include "postern/imap/ext/response_filter.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

class QresyncMode final : public SessionMode {};

/// ENABLE QRESYNC, which is ENABLE CONDSTORE too (section 3.2.3).
class QresyncToken final : public EnableToken {
public:
    explicit QresyncToken(QresyncMode& mode) : mode_(mode) {}
    void set_condstore(EnableToken* condstore) { condstore_ = condstore; }
    bool enable(Session& session) override;

private:
    QresyncMode& mode_;
    EnableToken* condstore_ = nullptr;
};

/// VANISHED instead of EXPUNGE (section 3.2.10).
class VanishedFilter final : public ResponseFilter {
public:
    explicit VanishedFilter(QresyncMode& mode) : mode_(mode) {}
    const SessionMode* mode() const override { return &mode_; }
    bool write_expunged(Session& session, std::span<const mail::ViewChanges::Expunged> messages,
                        ResponseWriter& out) override;

private:
    QresyncMode& mode_;
};

/// HIGHESTMODSEQ with EXPUNGE and MOVE (section 3.2.7), CLOSED with SELECT (section 3.2.11).
class QresyncCodes final : public ResponseCodes {
public:
    explicit QresyncCodes(QresyncMode& mode) : mode_(mode) {}
    std::string tagged_code(Session& session, const Operation& operation) override;
    void untagged(Session& session, const Operation& operation, ResponseWriter& out) override;

private:
    QresyncMode& mode_;
};

}  // namespace postern::imap
