#include "gateway/sealed_rows.hpp"

#include <openssl/crypto.h>

#include "postern/gateway/source_config.hpp"

namespace postern::gateway {

namespace {
/// Keys do not retire one after the other within a sign-in.
constexpr int most_rotations = 5;
}  // namespace

Task<Result<store::SourceRow>> put_sealed(mail::MailService* mail, Seals seals, store::SourceRow row) {
    for (int turn = 0;; ++turn) {
        auto saved = co_await mail->put_source(row);
        if (!saved) co_return saved.error();
        const bool settled = row.sealed_credential.empty() || seals.keys == nullptr ||
                             seals.keys->is_current(row.sealed_credential) || turn == most_rotations;
        if (settled) co_return row;
        const std::string context = credential_context(row);
        auto secret = seals.sealer->open(context, row.sealed_credential);
        if (!secret) co_return secret.error();
        row.sealed_credential = seals.sealer->seal(context, *secret);
        OPENSSL_cleanse(secret->data(), secret->size());
    }
}

}  // namespace postern::gateway
