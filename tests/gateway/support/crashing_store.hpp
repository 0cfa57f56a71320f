#pragma once
// A store that can die before or after any write, or refuse one.
#include <functional>
#include <memory>

#include "postern/store/store.hpp"

namespace postern::gateway::test {

/// Thrown through everything: the process is gone.
struct Crash {};

/// What a database does that goes down in the middle of a commit: the answer is lost, the commit may have happened.
enum class CommitFault { none, before, after };

struct StoreHooks {
    std::function<CommitFault()> fault;  ///< asked at each commit
    /// Told of each transaction that is on disk, whatever became of the answer.
    std::function<void(const store::Transaction&, const store::CommitResult&)> committed;
    std::function<void()> storing;         ///< before a commit that brings content
    std::function<void()> writing_source;  ///< before a row of a source is written
    std::function<void()> step;            ///< before and after every write; may throw Crash
    std::optional<Error> refuse_content;   ///< what a commit that brings content answers
    std::optional<Error> refuse_sources;   ///< what the writing of a source answers
};

/// Passes everything on to `inner`.
class CrashingStore final : public store::Store {
public:
    CrashingStore(store::Store& inner, StoreHooks& hooks) : inner_(inner), hooks_(hooks) {}
    store::StoreCapabilities capabilities() const override { return inner_.capabilities(); }
    Result<std::unique_ptr<store::StoreSession>> connect() override;
    Result<void> listen(store::ChangeListener listener) override {
        return inner_.listen(std::move(listener));
    }
    void close() override {}

private:
    store::Store& inner_;
    StoreHooks& hooks_;
};

}  // namespace postern::gateway::test
