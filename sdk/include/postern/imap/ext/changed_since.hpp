#pragma once
// The CHANGEDSINCE modifier of FETCH as other modifiers see it (RFC 7162 sections 3.1.4.1 and 3.2.6).
#include "postern/imap/ext/fetch_item.hpp"

namespace postern::imap {

/// Stage of the modifier of that name, whoever provides it.
class POSTERN_SDK ChangedSinceStage : public FetchStage {
public:
    static constexpr std::string_view stage_name = "CHANGEDSINCE";
    std::string_view name() const final { return stage_name; }
    virtual Modseq since() const = 0;

    /// The stage among a plan's, or null.
    static ChangedSinceStage* find(const FetchPlan& plan);
};

}  // namespace postern::imap
