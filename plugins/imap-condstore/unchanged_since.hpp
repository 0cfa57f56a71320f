#pragma once
#include "condstore_mode.hpp"
#include "postern/imap/ext/store_modifier.hpp"

namespace postern::imap {

/// STORE 7 (UNCHANGEDSINCE 320162338) +FLAGS (\Deleted): refused for messages changed later (RFC 7162 section 3.1.3).
class UnchangedSinceModifier final : public StoreModifier {
public:
    explicit UnchangedSinceModifier(CondstoreMode& mode) : mode_(mode) {}
    Result<void> apply(StorePlan& plan, const Parameter& parameter, ArgumentCursor& value) override;

private:
    CondstoreMode& mode_;
};

}  // namespace postern::imap
