#pragma once
// A write on its way through an account's queue.
#include <functional>
#include <memory>
#include <optional>

#include "postern/runtime/event.hpp"
#include "postern/store/transaction.hpp"

namespace postern::mail {

/// Whose doing a change is: who need not be told of it, and what observers hear.
struct Origin {
    std::uint64_t session = 0;      ///< Cause::session
    std::uint64_t silent_view = 0;  ///< number of the view that asked not to be told, 0 if none
};

/// Shared by the coroutine that waits for it and the queue.
struct WriteRequest {
    explicit WriteRequest(Executor core) : finished(std::move(core)) {}

    /// A write that does not depend on the account's state is here from the start.
    store::Transaction transaction;
    /// One that does fills the transaction when its turn comes, from the state of that moment, and again after each
    /// conflict. Answers false if there is nothing to write.
    std::function<Result<bool>(store::Transaction&)> prepare;
    Origin origin;

    bool done = false;
    bool abandoned = false;  ///< nobody waits any more: not to be prepared again
    Result<store::CommitResult> result = Error(Errc::internal);
    Event finished;

    Modseq prepared_at = 0;  ///< the account's change_seq when prepare was called last
    unsigned attempts = 0;
};
using WriteRequestPtr = std::shared_ptr<WriteRequest>;

}  // namespace postern::mail
