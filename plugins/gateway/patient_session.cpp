#include "gateway/patient_session.hpp"

namespace postern::gateway {

namespace {
/// More is not read ahead: a server that has so much to send waits for us, and knows it.
constexpr std::uint64_t most_read_ahead = 8ULL << 20;
}  // namespace

PatientSession::PatientSession(std::unique_ptr<RemoteSession> inner) : inner_(std::move(inner)) {}

Task<Outcome<FolderList>> PatientSession::list_folders(std::string token) {
    return inner_->list_folders(std::move(token));
}

Task<Outcome<PullPage>> PatientSession::pull(PullRequest request) {
    return inner_->pull(std::move(request));
}

Outcome<RemoteRef> PatientSession::find(const std::string& folder, const std::string& id) {
    return inner_->find(folder, id);
}

Task<Outcome<void>> PatientSession::start_fetch(FetchRequest request) {
    ++outstanding_;
    return inner_->start_fetch(std::move(request));
}

Task<Outcome<Fetched>> PatientSession::receive() {
    if (!read_.empty()) {
        auto first = std::move(read_.front());
        read_.pop_front();
        if (first) octets_ -= first->content->size();
        co_return first;
    }
    if (outstanding_ > 0) --outstanding_;
    auto received = co_await inner_->receive();
    co_return received;
}

Task<Outcome<std::vector<ActionResult>>> PatientSession::push(std::vector<Action> actions) {
    return inner_->push(std::move(actions));
}

Task<Outcome<SubmitResult>> PatientSession::submit(Submission submission) {
    return inner_->submit(std::move(submission));
}

Task<Outcome<std::vector<std::string>>> PatientSession::watch(std::vector<std::string> folders,
                                                              std::chrono::seconds timeout) {
    return inner_->watch(std::move(folders), timeout);
}

Task<Outcome<void>> PatientSession::keep_alive() {
    while (outstanding_ > 0 && inner_->alive()) {
        if (hurry_ || octets_ >= most_read_ahead) co_return Outcome<void>{};
        --outstanding_;
        auto received = co_await inner_->receive();
        if (received) octets_ += received->content->size();
        read_.push_back(std::move(received));
    }
    if (hurry_) co_return Outcome<void>{};
    auto kept = co_await inner_->keep_alive();
    co_return kept;
}

Task<Outcome<void>> PatientSession::close(CloseMode mode) {
    return inner_->close(mode);
}

Result<void> PatientSession::move_to(Executor executor) {
    return inner_->move_to(std::move(executor));
}

struct Pulse::Shared {
    Shared(Runtime& of, const Executor& core, std::shared_ptr<PatientSession> kept,
           std::chrono::steady_clock::duration every)
        : runtime(of), over(core), ended(core), session(std::move(kept)), interval(every) {}

    Runtime& runtime;
    Event over;
    Event ended;
    std::shared_ptr<PatientSession> session;
    std::chrono::steady_clock::duration interval;
    bool stopped = false;  ///< nothing new is to be said
    bool done = false;     ///< nothing is said any more
};

Pulse::Pulse(Runtime& runtime, const Executor& core, std::shared_ptr<PatientSession> session,
             std::chrono::steady_clock::duration interval)
    : shared_(std::make_shared<Shared>(runtime, core, std::move(session), interval)) {
    shared_->session->hurry(false);
    runtime.spawn(core, "gateway pulse", beat(shared_));
}

Pulse::~Pulse() {
    shared_->stopped = true;
    shared_->session->hurry(true);
    shared_->over.notify();
}

Task<void> Pulse::beat(std::shared_ptr<Shared> shared) {
    while (!shared->stopped && !shared->runtime.stopping()) {
        const auto interval = shared->interval;
        const bool over = co_await shared->over.wait(interval);
        if (over || shared->stopped) break;
        auto kept = co_await shared->session->keep_alive();
        if (!kept) break;  // whoever uses the session next learns it
    }
    shared->done = true;
    shared->ended.notify();
}

Task<void> Pulse::stop() {
    const auto shared = shared_;
    shared->stopped = true;
    shared->session->hurry(true);
    shared->over.notify();
    while (!shared->done) {
        co_await shared->ended.wait();
    }
}

}  // namespace postern::gateway
