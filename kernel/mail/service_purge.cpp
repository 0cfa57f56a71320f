// What nobody can ask for any more is deleted: expunged messages after their time of grace, content that none of them
// uses, receipts of what has long been gone at the remote side.
#include "kernel/mail/service.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::mail {

namespace {

/// A step is one transaction: writers wait for no more than that.
constexpr std::size_t step = 500;
constexpr std::chrono::milliseconds pause{50};

}  // namespace

/// Answers whether more is left.
Task<Result<bool>> MailServiceImpl::purge_step() {
    const UnixTime now = this->now();
    std::function<Result<bool>(store::StoreSession&)> call =
        [messages = now - options_.keep_expunged.count(),
         receipts = now - options_.keep_receipts.count()](store::StoreSession& session) -> Result<bool> {
        const auto purged = session.purge(messages, step);
        if (!purged) return purged.error();
        const auto forgotten = session.purge_receipts(receipts, step);
        if (!forgotten) return forgotten.error();
        return purged->messages == step || *forgotten == step;
    };
    const AccountId nobody{};
    auto more = co_await lanes_.write<bool>(nobody, std::move(call));
    co_return more;
}

Task<void> MailServiceImpl::purge_now_and_then() {
    while (!runtime_.stopping()) {
        auto more = co_await purge_step();
        if (!more && more.error().code == Errc::unsupported) co_return;
        if (!more) log_.warning("expunged mail was not purged", {{"error", more.error().to_string()}});
        const std::chrono::milliseconds wait = more && *more ? pause : options_.purge_interval;
        auto slept = co_await sleep_for(wait);
        if (!slept) co_return;
    }
}

}  // namespace postern::mail
