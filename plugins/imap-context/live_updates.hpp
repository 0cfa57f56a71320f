#pragma once
// When and how live searches are told of changes: REMOVEFROM before an expunge, the rest after the change itself was told
// (RFC 5267 sections 4.3.2 to 4.3.4).
#include "live_search.hpp"
#include "postern/imap/ext/announcer.hpp"
#include "postern/imap/ext/response_filter.hpp"

namespace postern::imap {

/// Looks at what changed and tells what came and went.
class LiveUpdates final : public Announcer {
public:
    bool follows(Session& session) const override { return live_searches_of(session) != nullptr; }
    Task<Result<void>> announced(Session* session, const mail::ViewChanges* changes) override;
    Task<Result<void>> answering(Session* session) override;
};

/// Asked before every expunge is written: message numbers are still those the client knows.
class LiveRemovals final : public ResponseFilter {
public:
    const SessionMode* mode() const override { return nullptr; }
    int order() const override { return -1000; }
    bool write_expunged(Session& session, std::span<const mail::ViewChanges::Expunged> messages,
                        ResponseWriter& out) override;
};

}  // namespace postern::imap
