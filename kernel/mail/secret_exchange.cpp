#include "kernel/mail/secret_exchange.hpp"

#include "postern/store/secret_exchange.hpp"

namespace postern::mail {

Task<Result<void>> SecretExchange::exchange(AccountId account, std::string expected, std::string secret) {
    std::function<Result<void>(store::StoreSession&)> call =
        [account, expected = std::move(expected),
         secret = std::move(secret)](store::StoreSession& session) -> Result<void> {
        auto* able = dynamic_cast<store::SecretExchange*>(&session);
        if (able == nullptr) return Error(Errc::unsupported, "the store cannot compare secrets");
        return able->exchange_secret(account, expected, secret);
    };
    auto exchanged = co_await lanes_.write<void>(account, std::move(call));
    co_return exchanged;
}

}  // namespace postern::mail
