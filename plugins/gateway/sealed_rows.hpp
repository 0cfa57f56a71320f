#pragma once
// Rows of sources with a credential that was just sealed.
#include "postern/auth/auth.hpp"
#include "postern/auth/sealing_keys.hpp"
#include "postern/mail/account.hpp"

namespace postern::gateway {

/// What seals, and what knows when a key has retired; null: keys do not.
struct Seals {
    Sealer* sealer = nullptr;
    SealingKeys* keys = nullptr;
};

/// Writes the row. If the master key was rotated since its credential was sealed, that is sealed and written anew: the rotation
/// may have passed this row before it was there, and the old key may go. Answers the row as it is on disk.
Task<Result<store::SourceRow>> put_sealed(mail::MailService* mail, Seals seals, store::SourceRow row);

}  // namespace postern::gateway
