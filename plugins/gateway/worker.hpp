#pragma once
// Keeps one source in step: polls when it is due, sooner while somebody looks. One a source and process, on the account's
// core; the lease in the store keeps other processes out.
#include <memory>

#include "gateway/schedule.hpp"
#include "gateway/source.hpp"
#include "postern/runtime/event.hpp"

namespace postern::gateway {

class Engine;

class Worker {
public:
    Worker(Engine& engine, std::shared_ptr<Source> source, Executor core);

    /// Until nobody is signed in and the next poll is far away, or the server stops.
    Task<void> run();
    /// One poll now, with as many sessions as the work takes. Tests call it without run().
    Task<void> poll();

    const std::shared_ptr<Source>& source() const { return source_; }
    bool polling() const { return polling_; }
    /// The user signed in.
    void note_presence();
    /// A session that sign-in opened; the next poll uses it instead of signing in again.
    void offer(std::unique_ptr<RemoteSession> session);
    /// The row as it is in the store. If its credential or its configuration is not the one that is known here, it is read
    /// anew and tried at once.
    void note_row(const store::SourceRow& row);
    /// The outcome of the last session of poll().
    const SessionReport& last_report() const { return report_; }

private:
    Task<Outcome<std::unique_ptr<RemoteSession>>> open();
    Task<Result<void>> prepare();
    Task<void> run_session();
    Task<void> release();
    void report_to_log() const;
    void note_host();
    Task<void> sign_users_out();
    Task<void> tell_user();
    Presence presence() const;
    UnixTime due_at() const;
    UnixTime now() const;

    Engine& engine_;
    std::shared_ptr<Source> source_;
    std::shared_ptr<mail::Account> account_;
    std::unique_ptr<RemoteSession> offered_;
    Event wake_;
    SessionReport report_;
    store::Fence fence_;
    bool polling_ = false;
    bool stale_ = false;  ///< the row was changed by others
    bool gone_ = false;   ///< or removed
    /// As far as is known the provider tells of news, so somebody who is signed in need not wait for the next poll.
    bool listens_ = false;
    /// The user signed in, and no session has begun since: before the first one nobody can be counted.
    bool awaited_ = false;
    UnixTime last_poll_at_ = 0;
    UnixTime not_before_ = 0;
    UnixTime used_at_ = 0;  ///< last sign of life of the user
};

}  // namespace postern::gateway
