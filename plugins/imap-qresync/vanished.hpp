#pragma once
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

/// UIDs of the selected mailbox that were expunged after `since`, as far as the log reaches; beyond that every UID that
/// is not there (RFC 7162 section 3.2.6, last note). Only those in `known`.
UidSet vanished_since(Session& session, Modseq since, const UidSet& known);

/// "* VANISHED (EARLIER) 41,43:116"; nothing for an empty set.
void write_vanished_earlier(ResponseWriter& out, const UidSet& uids);

}  // namespace postern::imap
