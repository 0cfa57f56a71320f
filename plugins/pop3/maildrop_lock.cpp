#include "pop3/maildrop_lock.hpp"

namespace postern::pop3 {

namespace {
constexpr const char* lock_name = "pop3";
}

MaildropLock::MaildropLock(mail::AccountLocks& locks, Runtime& runtime,
                           std::shared_ptr<mail::Account> account, std::string holder,
                           std::chrono::seconds time)
    : locks_(locks),
      runtime_(runtime),
      account_(std::move(account)),
      holder_(std::move(holder)),
      time_(time),
      end_(runtime.core_of(value_of(account_->id()))) {}

Task<Result<void>> MaildropLock::take() {
    // Counted from before it is written, so that it is over here not later than for others.
    const auto now = Clock::now();
    std::string name = lock_name;
    std::string holder = holder_;
    auto taken = co_await locks_.take(account_, std::move(name), std::move(holder), time_);
    if (taken) valid_until_ = now + time_;
    co_return taken;
}

Task<void> MaildropLock::keep(std::shared_ptr<MaildropLock> lock) {
    const Clock::duration pause = lock->time_ / 3;
    while (!lock->ended_ && !lock->lost_ && !lock->runtime_.stopping()) {
        const bool woken = co_await lock->end_.wait(pause);
        if (woken || lock->ended_) break;
        auto renewed = co_await lock->take();
        lock->lost_ = !renewed && renewed.error().code == Errc::conflict;
    }
    if (lock->ended_) co_await lock->release();
}

Task<void> MaildropLock::release() {
    let_go();
    if (std::exchange(released_, true) || lost_) co_return;
    std::string name = lock_name;
    std::string holder = holder_;
    // If it does not come to pass, time gives it back.
    auto released = co_await locks_.release(account_, std::move(name), std::move(holder));
    static_cast<void>(released);
}

void MaildropLock::let_go() {
    if (std::exchange(ended_, true)) return;
    end_.notify();
}

bool MaildropLock::is_lost() const {
    return lost_ || Clock::now() >= valid_until_;
}

}  // namespace postern::pop3
