#pragma once
#include "postern/imap/ext/select_parameter.hpp"
#include "qresync_mode.hpp"

namespace postern::imap {

/// SELECT mailbox (QRESYNC (uidvalidity modseq [known-uids] [(numbers uids)])), RFC 7162 section 3.2.5.
///
///     C: A03 SELECT INBOX (QRESYNC (67890007 90060115194045000 41:211,214:541))
///     S: ... the responses of SELECT
///     S: * VANISHED (EARLIER) 41,43:116,118,120:211,214:540
///     S: * 49 FETCH (UID 117 FLAGS (\Seen \Answered) MODSEQ (90060115194045001))
class ResyncParameter final : public SelectParameter {
public:
    explicit ResyncParameter(QresyncMode& mode) : mode_(mode) {}
    Result<std::unique_ptr<SelectStage>> prepare(Session& session, const Parameter& parameter,
                                                 ArgumentCursor& value) override;

private:
    QresyncMode& mode_;
};

/// What the client remembers of the mailbox.
struct ResyncRequest {
    std::uint32_t uidvalidity = 0;
    Modseq modseq = 0;
    std::optional<UidSet> known;
    /// Pairs of message number and UID, ascending (section 3.2.5.2).
    std::vector<std::pair<std::uint32_t, Uid>> matches;
};
Result<ResyncRequest> parse_resync(ArgumentCursor& value);

}  // namespace postern::imap
