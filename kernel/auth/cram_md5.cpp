// The states of MD5 between two blocks are what OpenSSL's newer interface does not give.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "kernel/auth/cram_md5.hpp"

#include <openssl/crypto.h>
#include <openssl/md5.h>

#include <array>

#include "kernel/auth/account_secret.hpp"
#include "kernel/auth/random_octets.hpp"
#include "postern/auth/saslprep.hpp"

namespace postern::auth {

namespace {

constexpr std::size_t block_size = 64;
constexpr std::size_t state_size = 16;  ///< of MD5; as long as its digest

std::string hex(std::string_view octets) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char c : octets) {
        out.push_back(digits[static_cast<unsigned char>(c) >> 4]);
        out.push_back(digits[c & 15]);
    }
    return out;
}

/// After one block of `key` with each octet XORed with `pad`; little-endian words.
std::string state_after(std::string_view key, unsigned char pad) {
    std::array<unsigned char, block_size> block{};
    block.fill(pad);
    for (std::size_t i = 0; i < key.size(); ++i)
        block[i] = static_cast<unsigned char>(block[i] ^ static_cast<unsigned char>(key[i]));
    MD5_CTX context;
    MD5_Init(&context);
    MD5_Update(&context, block.data(), block.size());
    OPENSSL_cleanse(block.data(), block.size());
    std::string out;
    for (const MD5_LONG word : {context.A, context.B, context.C, context.D}) {
        for (int shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>(word >> shift));
    }
    return out;
}

/// Goes on from such a state.
std::string md5_from(std::string_view state, std::string_view text) {
    MD5_CTX context;
    MD5_Init(&context);
    MD5_LONG* words[] = {&context.A, &context.B, &context.C, &context.D};
    for (std::size_t i = 0; i < 4; ++i) {
        *words[i] = 0;
        for (std::size_t octet = 4; octet-- > 0;)
            *words[i] = *words[i] << 8 | static_cast<unsigned char>(state[4 * i + octet]);
    }
    context.Nl = block_size * 8;
    MD5_Update(&context, text.data(), text.size());
    std::string out(state_size, '\0');
    MD5_Final(reinterpret_cast<unsigned char*>(out.data()), &context);
    return out;
}

class CramMd5Exchange final : public SaslExchange {
public:
    CramMd5Exchange(mail::MailService& mail, SignInLedger& ledger, const std::string& host,
                    SignInAttempt attempt)
        : mail_(mail),
          ledger_(ledger),
          attempt_(std::move(attempt)),
          challenge_('<' + hex(random_octets(16)) + '.' + std::to_string(mail.now()) + '@' + host + '>') {}

    Task<Result<SaslStep>> step(std::string message) override {
        SaslStep next;
        if (!asked_) {
            if (!message.empty()) co_return Error(Errc::protocol_violation, "The server speaks first");
            asked_ = true;
            next.challenge = challenge_;
            co_return next;
        }
        // The name may hold spaces, the digest does not.
        const auto space = message.rfind(' ');
        if (space == std::string::npos || space == 0 || message.size() - space - 1 != 2 * state_size)
            co_return Error(Errc::protocol_violation, "The response is not one of CRAM-MD5");
        auto login = saslprep(message.substr(0, space));
        if (!login || login->empty()) co_return Error(Errc::protocol_violation, "The name is malformed");
        attempt_.login = std::move(*login);
        auto admitted = ledger_.admit(attempt_);
        if (!admitted) co_return admitted.error();
        auto verdict = co_await judge(message.substr(space + 1));
        SignInAttempt attempt = attempt_;
        auto told = co_await ledger_.conclude(std::move(attempt), std::move(verdict));
        if (!told) co_return told.error();
        next.identity = std::move(*told);
        co_return next;
    }

private:
    Task<Result<Identity>> judge(std::string digest) {
        std::string login = attempt_.login;
        auto account = co_await mail_.find_account(std::move(login));
        if (!account && account.error().code != Errc::not_found) co_return account.error();
        std::string key;
        if (account) key = AccountSecret::parse(account->secret).cram_md5;
        const bool known = !key.empty();
        if (!known) key = random_octets(2 * state_size);
        const std::string wanted = cram_md5_digest(key, challenge_);
        const bool same = CRYPTO_memcmp(wanted.data(), digest.data(), wanted.size()) == 0;
        if (!known || !same) co_return Error(Errc::authentication_failed);
        co_return Identity{account->id, account->login};
    }

    mail::MailService& mail_;
    SignInLedger& ledger_;
    SignInAttempt attempt_;
    std::string challenge_;
    bool asked_ = false;
};

}  // namespace

std::string cram_md5_key(std::string_view password) {
    std::string key(password);
    if (key.size() > block_size) {
        key.assign(state_size, '\0');
        MD5(reinterpret_cast<const unsigned char*>(password.data()), password.size(),
            reinterpret_cast<unsigned char*>(key.data()));
    }
    std::string out = state_after(key, 0x36) + state_after(key, 0x5c);
    OPENSSL_cleanse(key.data(), key.size());
    return out;
}

std::string cram_md5_digest(std::string_view key, std::string_view challenge) {
    const std::string inner = md5_from(key.substr(0, state_size), challenge);
    return hex(md5_from(key.substr(state_size), inner));
}

bool CramMd5Mechanism::available(const SaslPeer& /*peer*/) const {
    return true;
}

std::unique_ptr<SaslExchange> CramMd5Mechanism::start(const SaslPeer& peer) {
    SignInAttempt attempt{"", peer.protocol, peer.address, "CRAM-MD5"};
    return std::make_unique<CramMd5Exchange>(mail_, ledger_, host_, std::move(attempt));
}

}  // namespace postern::auth
