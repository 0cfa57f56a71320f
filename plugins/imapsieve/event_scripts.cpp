#include "event_scripts.hpp"

#include "postern/imap/ext/session.hpp"
#include "postern/runtime/run_on.hpp"

namespace postern::imapsieve {

namespace {

/// Messages of one call: what is read and done at once.
constexpr std::size_t at_once = 50;
/// Events of one user that wait; more are dropped, and the log says so.
constexpr std::size_t most_waiting = 1000;

/// What a session remembers of its user's account.
struct Watched {
    std::shared_ptr<KnownScripts> known;
    std::unique_ptr<mail::Subscription> subscription;
};
constexpr imap::SlotKey<Watched> watched{"imapsieve"};

KnownScripts& known_scripts(imap::Session& session, std::shared_ptr<KnownScripts>* shared = nullptr) {
    Watched& slot = session.slots().get(watched);
    if (!slot.known) {
        slot.known = std::make_shared<KnownScripts>();
        slot.subscription =
            session.account()->watch([known = slot.known.get()](const mail::AccountEvent& event) {
                const bool ours =
                    event.kind == mail::AccountEvent::Kind::attribute && event.name == script_entry;
                if (!ours) return;
                known->current = false;
                ++known->changes;
            });
    }
    if (shared != nullptr) *shared = slot.known;
    return *slot.known;
}

std::string cause_name(imap::MessageEvent::Kind kind) {
    if (kind == imap::MessageEvent::Kind::appended) return "APPEND";
    return kind == imap::MessageEvent::Kind::copied ? "COPY" : "FLAG";
}

}  // namespace

std::string KnownScripts::find(MailboxId mailbox, const std::string& of_server) const {
    const auto found = names.find(mailbox);
    return found == names.end() ? of_server : found->second;
}

bool EventScripts::is_others(std::string_view mailbox) const {
    return services_.access != nullptr && mailbox.starts_with(services_.access->other_users());
}

bool EventScripts::observes(imap::Session& session, const mail::MailboxInfo& mailbox) {
    if (cache_ == nullptr) return false;
    const KnownScripts& known = known_scripts(session);
    // What others' mailboxes have is not known here.
    return !known.current || is_others(mailbox.name) || !known.find(mailbox.id, script_).empty();
}

void EventScripts::observed(imap::Session& session, const imap::MessageEvent& event) {
    Job job{session.identity()->login, event, nullptr};
    known_scripts(session, &job.known);
    const AccountId user = session.identity()->account;
    std::shared_ptr<Queue> queue;
    {
        const std::lock_guard lock(mutex_);
        queue = queues_[value_of(user)];
        if (queue && queue->jobs.size() >= most_waiting) {
            host_.log().warning("too many events of IMAP wait for their scripts; one is dropped",
                                {{"login", job.user}, {"mailbox", event.name}});
            return;
        }
        const bool idle = !queue;
        if (idle) queue = queues_[value_of(user)] = std::make_shared<Queue>();
        queue->jobs.push_back(std::move(job));
        if (!idle) return;
    }
    host_.runtime().spawn(host_.runtime().core_of(value_of(user)), "imapsieve", work_off(user, queue));
}

Task<void> EventScripts::work_off(AccountId user, std::shared_ptr<Queue> queue) {
    for (;;) {
        std::optional<Job> job;
        {
            const std::lock_guard lock(mutex_);
            if (queue->jobs.empty()) {
                queues_.erase(value_of(user));
                co_return;
            }
            job = std::move(queue->jobs.front());
            queue->jobs.pop_front();
        }
        auto done = co_await run(user, &*job);
        if (done) continue;
        host_.log().warning("a script could not be run on an event of IMAP",
                            {{"login", job->user}, {"mailbox", job->event.name}, {"why", done.error().text}});
    }
}

/// Mailboxes of others are "user/LOGIN/...".
Task<Result<AccountId>> EventScripts::owner_of(AccountId user, const Job* job) {
    if (!is_others(job->event.name)) co_return user;
    std::string login = job->event.name.substr(services_.access->other_users().size());
    login.resize(std::min(login.find(mail::hierarchy_delimiter), login.size()));
    auto row = co_await services_.mail->find_account(std::move(login));
    if (!row) co_return row.error();
    co_return row->id;
}

Task<Result<void>> EventScripts::run(AccountId user, const Job* job) {
    auto owner = co_await owner_of(user, job);
    if (!owner) co_return owner.error();
    const Executor home = host_.runtime().core_of(value_of(*owner));
    auto task = run_at_home(*owner, job);
    auto done = co_await run_on(home, std::move(task));
    co_return done;
}

Task<Result<void>> EventScripts::load(mail::Account* account, KnownScripts* known) {
    std::optional<MailboxId> all;
    std::string prefix(script_entry);
    const std::uint64_t changes = known->changes;
    auto attributes = co_await account->read_attributes(all, std::move(prefix));
    if (!attributes) co_return attributes.error();
    known->names.clear();
    known->current = known->changes == changes;
    for (store::Attribute& attribute : *attributes) {
        if (attribute.entry == script_entry) known->names[attribute.mailbox] = std::move(attribute.value);
    }
    co_return Result<void>();
}

Task<Result<void>> EventScripts::run_at_home(AccountId owner, const Job* job) {
    auto account = co_await services_.mail->open(owner);
    if (!account) co_return account.error();
    // Of others' accounts nothing is remembered: they may live on another core.
    KnownScripts fresh;
    KnownScripts* known = is_others(job->event.name) ? &fresh : job->known.get();
    if (!known->current) {
        auto loaded = co_await load(account->get(), known);
        if (!loaded) co_return loaded;
    }
    std::string name = known->find(job->event.mailbox, script_);
    if (name.empty()) co_return Result<void>();
    auto program = co_await cache_->find(*account, std::move(name));
    // A name that leads nowhere runs no script (section 2.3.1).
    if (!program && program.error().code == Errc::not_found) co_return Result<void>();
    if (!program) co_return program.error();
    sieve::StoredRequest request;
    request.account = *account;
    request.mailbox = job->event.mailbox;
    request.program = *program;
    request.event = cause_name(job->event.kind);
    request.user = job->user;
    request.expunge = expunge_;
    request.cause = {"imapsieve", request.event, job->user, 0};
    for (const auto& message : job->event.messages)
        request.messages.push_back({message.uid, message.changed_flags});
    auto changed = co_await apply(&request);
    if (!changed) co_return changed.error();
    // Flags that a script changed are an event too; those that a script for this event changes are none (section 2.2.3).
    if (changed->empty() || request.event == "FLAG") co_return Result<void>();
    request.event = "FLAG";
    request.messages = std::move(*changed);
    changed = co_await apply(&request);
    if (!changed) co_return changed.error();
    co_return Result<void>();
}

Task<Result<std::vector<sieve::StoredRequest::Message>>> EventScripts::apply(
    const sieve::StoredRequest* request) {
    std::vector<sieve::StoredRequest::Message> changed;
    const auto& all = request->messages;
    for (std::size_t begin = 0; begin < all.size(); begin += at_once) {
        if (host_.runtime().stopping()) co_return Error(Errc::cancelled, "the server stops");
        sieve::StoredRequest part = *request;
        const auto first = all.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto count = static_cast<std::ptrdiff_t>(std::min(at_once, all.size() - begin));
        part.messages.assign(first, first + count);
        auto results = co_await services_.stored->apply(std::move(part));
        if (!results) co_return results.error();
        for (sieve::StoredResult& result : *results) {
            if (!result.failure.empty())
                host_.log().warning("a Sieve script failed on an event of IMAP",
                                    {{"login", request->account->login()},
                                     {"event", request->event},
                                     {"uid", result.uid},
                                     {"why", result.failure}});
            if (!result.changed_flags.empty())
                changed.push_back({result.uid, std::move(result.changed_flags)});
        }
    }
    co_return changed;
}

}  // namespace postern::imapsieve
