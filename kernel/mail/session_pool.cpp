#include "kernel/mail/session_pool.hpp"

namespace postern::mail {

Result<SessionPool::Borrowed> SessionPool::borrow() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            // The one used last: its statements and pages are warm.
            auto session = std::move(idle_.back());
            idle_.pop_back();
            return Borrowed(*this, std::move(session));
        }
    }
    auto connected = store_.connect();
    if (!connected) return connected.error();
    return Borrowed(*this, std::move(*connected));
}

void SessionPool::give_back(std::unique_ptr<store::StoreSession> session) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(session));
}

}  // namespace postern::mail
