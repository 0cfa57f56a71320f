#pragma once
#include <memory>
#include <mutex>
#include <vector>

#include "postern/store/store.hpp"

namespace postern::mail {

/// Store sessions that lane jobs borrow: each is used by one thread at a time, and there are never more than jobs
/// running at once. Thread-safe.
class SessionPool {
public:
    explicit SessionPool(store::Store& store) : store_(store) {}

    /// Gives the session back when it goes.
    class Borrowed {
    public:
        Borrowed(SessionPool& pool, std::unique_ptr<store::StoreSession> session)
            : pool_(&pool), session_(std::move(session)) {}
        Borrowed(Borrowed&&) noexcept = default;
        Borrowed& operator=(Borrowed&&) = delete;
        ~Borrowed() {
            if (session_) pool_->give_back(std::move(session_));
        }
        store::StoreSession& operator*() const { return *session_; }
        store::StoreSession* operator->() const { return session_.get(); }

    private:
        SessionPool* pool_;
        std::unique_ptr<store::StoreSession> session_;
    };

    /// An idle session or a new one. temporary if the database cannot be reached.
    Result<Borrowed> borrow();

private:
    void give_back(std::unique_ptr<store::StoreSession> session);

    store::Store& store_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<store::StoreSession>> idle_;
};

}  // namespace postern::mail
