#include "tests/gateway/support/fake_provider.hpp"

#include <algorithm>
#include <deque>

namespace postern::gateway::test {

std::uint64_t FakeProvider::add(std::string content, std::string uidl) {
    const std::uint64_t serial = next_serial_++;
    if (uidl.empty()) uidl = "uid" + std::to_string(serial);
    ever_served[serial] = content;
    maildrop.push_back({std::move(uidl), std::move(content), serial});
    return serial;
}

void FakeProvider::remove(std::uint64_t serial) {
    if (std::erase_if(maildrop, [serial](const Message& m) { return m.serial == serial; }) > 0) {
        removed_by_others.insert(serial);
    }
}

FakeProvider::Message* FakeProvider::find(std::uint64_t serial) {
    const auto found = std::find_if(maildrop.begin(), maildrop.end(),
                                    [serial](const Message& m) { return m.serial == serial; });
    return found == maildrop.end() ? nullptr : &*found;
}

std::string mail_text(unsigned number, std::size_t octets) {
    const std::string n = std::to_string(number);
    std::string text = "Received: from a by b; Mon, 2 Feb 2026 10:00:" + std::to_string(10 + number % 50) +
                       " +0000\r\nFrom: a@example.org\r\nTo: b@example.org\r\nSubject: m" + n +
                       "\r\nMessage-ID: <" + n + "@example.org>\r\n\r\nbody " + n + "\r\n";
    while (text.size() < octets + number % 7) text += "x\r\n";
    return text;
}

namespace {

class FakeSession final : public RemoteSession {
public:
    explicit FakeSession(FakeProvider& provider) : provider_(provider), snapshot_(shown_of(provider)) {
        static std::uint64_t last = 0;
        id_ = ++last;
        ++provider_.open_sessions;
        provider_.most_sessions = std::max(provider_.most_sessions, provider_.open_sessions);
        facts_.ids = provider.has_ids;
        facts_.header_fetch = provider.has_header_fetch;
        facts_.expire_days = provider.expire_days;
        facts_.retrieval_deletes = provider.expire_days == 0;
        facts_.login_delay = provider.login_delay;
    }
    ~FakeSession() override { --provider_.open_sessions; }

    const RemoteFacts& facts() const override { return facts_; }
    bool alive() const override { return alive_; }
    std::size_t fetch_window() const override { return provider_.window; }

    Task<Outcome<PullPage>> pull(PullRequest request) override {
        if (!step()) co_return broken();
        if (provider_.pull_fault) co_return *provider_.pull_fault;
        PullPage page;
        std::uint64_t octets = 0;
        for (const auto& message : snapshot_) octets += message.content.size();
        page.token = std::to_string(snapshot_.size()) + ' ' + std::to_string(octets) + ' ' +
                     (snapshot_.empty() ? "" : snapshot_.back().uidl);
        page.total = snapshot_.size();
        if (request.token == page.token) {
            page.unchanged = true;
            note_listing();
            co_return page;
        }
        ++provider_.full_listings;
        page.complete = provider_.incomplete.empty();
        page.incomplete_reason = provider_.incomplete;
        for (std::size_t i = 0; i < snapshot_.size(); ++i) {
            RemoteItem item;
            item.ref = {id_, i + 1};
            if (provider_.has_ids) item.id = snapshot_[i].uidl;
            const std::uint64_t size = snapshot_[i].content.size();
            item.size = provider_.listed_size ? provider_.listed_size(size) : size;
            page.items.push_back(std::move(item));
        }
        if (!step()) co_return broken();
        if (page.complete) note_listing();
        co_return page;
    }

    Task<Outcome<void>> start_fetch(FetchRequest request) override {
        const bool on = step();
        if (request.ref.session != id_) throw std::logic_error("a number of another session");
        if (outstanding_.size() >= provider_.window) throw std::logic_error("the window is exceeded");
        outstanding_.push_back(request);
        if (!on) co_return broken();
        co_return Outcome<void>{};
    }

    Task<Outcome<Fetched>> receive() override {
        const bool on = step();
        const FetchRequest request = outstanding_.front();
        outstanding_.pop_front();
        const auto& message = snapshot_[request.ref.number - 1];
        if (!on || provider_.break_at_serial == message.serial) {
            alive_ = false;
            co_return Fault(FaultKind::offline, "the line broke");
        }
        if (provider_.refuse_serial == message.serial) co_return Fault(FaultKind::gone, "refused");
        Fetched fetched;
        fetched.ref = request.ref;
        std::string content = message.content;
        if (request.part == FetchPart::header) {
            if (!provider_.has_header_fetch) co_return Fault(FaultKind::unsupported, "no header fetch");
            ++provider_.header_fetches;
            content.resize(content.find("\r\n\r\n") + 4);
        } else {
            ++provider_.fetches;
            provider_.fetched.push_back(message.serial);
            fetched_.push_back(message.serial);
        }
        fetched.content = std::make_shared<const std::string>(std::move(content));
        if (!step()) co_return broken();
        co_return fetched;
    }

    Task<Outcome<std::vector<ActionResult>>> push(std::vector<Action> actions) override {
        if (!outstanding_.empty()) throw std::logic_error("a command among fetches");
        std::vector<ActionResult> results(actions.size());
        for (const Action& action : actions) {
            if (!step()) co_return broken();
            const auto& message = snapshot_[action.ref.number - 1];
            if (provider_.audit_delete) provider_.audit_delete(message);
            if (provider_.on_delete) provider_.on_delete(message);
            marked_.insert(message.serial);
            if (provider_.deletes_at_once) take_effect();
        }
        co_return results;
    }

    Task<Outcome<void>> close(CloseMode mode) override {
        const bool on = step();
        if (mode == CloseMode::abandon || !on) {
            ++provider_.abandons;
            if (alive_ && provider_.drop_commits) take_effect();
            alive_ = false;
            co_return Outcome<void>{};
        }
        alive_ = false;
        closed_ = true;
        if (listed_) provider_.listings[*listed_].ended_well = true;
        if (provider_.audit_commit) provider_.audit_commit(fetched_);
        if (provider_.on_commit) provider_.on_commit();
        ++provider_.commits;
        if (provider_.commit == FakeProvider::Commit::lost_and_rolled_back) {
            co_return Fault(FaultKind::offline, "no answer to QUIT");
        }
        take_effect();
        const bool told = step();
        if (!told || provider_.commit == FakeProvider::Commit::lost_but_done) {
            co_return Fault(FaultKind::offline, "no answer to QUIT");
        }
        co_return Outcome<void>{};
    }

    Task<Outcome<void>> keep_alive() override {
        // As a connector: answers that are on their way come first.
        ++provider_.keep_alive_calls;
        if (outstanding_.empty()) ++provider_.keep_alives;
        co_return Outcome<void>{};
    }

    Result<void> move_to(Executor) override { return {}; }

private:
    static std::vector<FakeProvider::Message> shown_of(const FakeProvider& provider) {
        std::vector<FakeProvider::Message> out;
        for (const auto& message : provider.maildrop) {
            if (!message.hidden && (provider.shown == 0 || out.size() < provider.shown))
                out.push_back(message);
        }
        return out;
    }
    static Fault broken() { return Fault(FaultKind::offline, "the line broke"); }

    /// False: the line is gone.
    bool step() {
        if (provider_.step) provider_.step();
        if (alive_ && provider_.cut_after && --*provider_.cut_after == 0) {
            provider_.cut_after.reset();
            if (provider_.drop_commits) take_effect();
            alive_ = false;
        }
        return alive_ || closed_;
    }
    void note_listing() {
        FakeProvider::Listing listing;
        if (provider_.clock != nullptr) listing.at = *provider_.clock;
        for (const auto& message : snapshot_) listing.serials.insert(message.serial);
        listed_ = provider_.listings.size();
        provider_.listings.push_back(std::move(listing));
    }
    void take_effect() {
        if (!provider_.ignores_deletes) {
            for (const auto serial : marked_) {
                const auto gone = std::erase_if(
                    provider_.maildrop, [serial](const auto& message) { return message.serial == serial; });
                if (gone > 0) provider_.deleted.push_back(serial);
            }
        }
        marked_.clear();
        if (!provider_.hides_fetched) return;
        for (const auto serial : fetched_) {
            if (auto* message = provider_.find(serial)) message->hidden = true;
        }
    }

    FakeProvider& provider_;
    std::vector<FakeProvider::Message> snapshot_;  // numbers live for one session
    std::set<std::uint64_t> marked_;
    std::vector<std::uint64_t> fetched_;
    std::deque<FetchRequest> outstanding_;
    std::optional<std::size_t> listed_;  ///< the listing of this session
    RemoteFacts facts_;
    std::uint64_t id_ = 0;
    bool alive_ = true;
    bool closed_ = false;  ///< by a good end: what is told of it still arrives
};

}  // namespace

const ConnectorInfo& FakeConnector::describe() const {
    static const ConnectorInfo info = [] {
        ConnectorInfo made;
        made.title = "fake";
        made.credentials = {CredentialKind::password, CredentialKind::oauth_token};
        made.port = 110;
        made.tls_port = 995;
        return made;
    }();
    return info;
}

Task<Outcome<std::unique_ptr<RemoteSession>>> FakeConnector::open(OpenRequest request) {
    if (provider_.step) provider_.step();
    ++provider_.opens;
    if (provider_.open_fault) co_return *provider_.open_fault;
    if (provider_.on_login) provider_.on_login();
    if (request.credential.kind == CredentialKind::oauth_token) {
        const bool good = !provider_.refuses_tokens && provider_.tokens.contains(request.credential.secret);
        if (!good) co_return Fault(FaultKind::auth_expired, "no such token");
    } else if (request.credential.secret != provider_.password) {
        Fault fault(FaultKind::auth_failed, "[AUTH] no");
        fault.definite = true;
        co_return fault;
    }
    if (provider_.clock != nullptr) provider_.logins.push_back(*provider_.clock);
    std::unique_ptr<RemoteSession> session = std::make_unique<FakeSession>(provider_);
    co_return session;
}

}  // namespace postern::gateway::test
