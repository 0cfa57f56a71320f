#pragma once
// Which UIDs went when: what QRESYNC asks (RFC 7162 section 3.2.10). Bounded; remembers how far back it reaches.
#include <span>
#include <utility>
#include <vector>

#include "kernel/mail/change_record.hpp"

namespace postern::mail {

class ExpungeHistory {
public:
    struct Entry {
        Modseq modseq;
        UidRange uids;
    };
    /// So many entries are kept, or as many as there are messages: to tell every gap between the living costs no more than
    /// that, and needs no history.
    static constexpr std::size_t least_entries = 256;

    /// `modseq` must not be below those recorded before. `living`: messages in the mailbox.
    void record(Modseq modseq, std::span<const UidRange> uids, std::size_t living);
    /// Every expunge after this modseq is here.
    Modseq horizon() const { return horizon_; }
    const std::vector<Entry>& entries() const { return entries_; }
    /// UIDs expunged after `since`, ascending, disjoint, neighbours merged. Complete only if since >= horizon().
    std::vector<std::pair<Uid, Uid>> since(Modseq since) const;

    void restore(Modseq horizon, std::vector<Entry> entries);
    /// Forgets everything up to `modseq`: what went before is not known.
    void forget(Modseq modseq);

private:
    Modseq horizon_ = 0;
    std::vector<Entry> entries_;
};

}  // namespace postern::mail
