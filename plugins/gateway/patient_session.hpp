#pragma once
// A remote session that may wait: its line is kept open while the store takes long (gateway.md, A23).
#include <chrono>
#include <deque>
#include <memory>

#include "postern/gateway/connector.hpp"
#include "postern/runtime/event.hpp"

namespace postern::gateway {

/// Passes everything on. Answers that are on their way when the line has to be kept open are read first, because nothing may
/// be said before them; they are handed out by receive() as if they came then.
class PatientSession final : public RemoteSession {
public:
    explicit PatientSession(std::unique_ptr<RemoteSession> inner);

    const RemoteFacts& facts() const override { return inner_->facts(); }
    bool alive() const override { return inner_->alive(); }
    Task<Outcome<FolderList>> list_folders(std::string token) override;
    Task<Outcome<PullPage>> pull(PullRequest request) override;
    Outcome<RemoteRef> find(const std::string& folder, const std::string& id) override;
    std::size_t fetch_window() const override { return inner_->fetch_window(); }
    Task<Outcome<void>> start_fetch(FetchRequest request) override;
    Task<Outcome<Fetched>> receive() override;
    Task<Outcome<std::vector<ActionResult>>> push(std::vector<Action> actions) override;
    Task<Outcome<SubmitResult>> submit(Submission submission) override;
    Task<Outcome<std::vector<std::string>>> watch(std::vector<std::string> folders,
                                                  std::chrono::seconds timeout) override;
    Task<Outcome<void>> keep_alive() override;
    Task<Outcome<void>> close(CloseMode mode) override;
    Result<void> move_to(Executor executor) override;

    /// keep_alive() is to end after the answer that it waits for.
    void hurry(bool on) { hurry_ = on; }

private:
    std::unique_ptr<RemoteSession> inner_;
    std::deque<Outcome<Fetched>> read_;  ///< before they were asked for
    std::uint64_t octets_ = 0;           ///< of them
    std::size_t outstanding_ = 0;        ///< asked for, and not read
    bool hurry_ = false;
};

/// Keeps a session alive at intervals, from the making to stop(); nobody else uses the session meanwhile. On its core.
class Pulse {
public:
    Pulse(Runtime& runtime, const Executor& core, std::shared_ptr<PatientSession> session,
          std::chrono::steady_clock::duration interval);
    /// Where an exception left out stop(): nothing new is said.
    ~Pulse();
    Pulse(const Pulse&) = delete;
    Pulse& operator=(const Pulse&) = delete;

    /// Waits for the answer that is under way.
    Task<void> stop();

private:
    struct Shared;
    static Task<void> beat(std::shared_ptr<Shared> shared);

    std::shared_ptr<Shared> shared_;
};

}  // namespace postern::gateway
