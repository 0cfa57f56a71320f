#include "kernel/mail/account_writer.hpp"

#include <algorithm>

namespace postern::mail {

namespace {

constexpr std::size_t most_requests = 64;           // in one commit of one account
constexpr std::uint64_t most_octets = 16ULL << 20;  // of content in one commit of one account
constexpr std::size_t rows_a_read = 2000;
/// Where others write without a pause, theirs may come first many times over: reading the log takes a turn of its own.
constexpr unsigned most_attempts = 1000;
constexpr unsigned failures_before_unknown = 6;

std::uint64_t octets_of(const store::Transaction& transaction) {
    std::uint64_t octets = 0;
    for (const auto& content : transaction.contents) octets += content.size;
    return octets;
}

std::chrono::milliseconds pause_after(unsigned failures) {
    return std::chrono::milliseconds(std::min(2000U, 50U << std::min(failures, 6U)));
}

}  // namespace

std::vector<store::ChangeRow> rows_of(const store::Transaction& transaction,
                                      const store::CommitResult& result) {
    std::vector<store::ChangeRow> rows;
    Modseq modseq = result.first_modseq;
    const auto add = [&](MailboxId mailbox, const std::string& data, Uid first_uid = 0) {
        rows.push_back({modseq++, mailbox, first_uid, data});
    };
    for (const auto& create : transaction.creates) add(create.id, create.data);
    for (const auto& rename : transaction.renames) add(rename.id, rename.data);
    for (const auto& removal : transaction.deletes) add(removal.id, removal.data);
    for (const auto& use : transaction.special_uses) add(use.id, use.data);
    for (const auto& subscription : transaction.subscriptions) add(MailboxId{}, subscription.data);
    for (std::size_t i = 0; i < transaction.changes.size(); ++i) {
        const auto& change = transaction.changes[i];
        add(change.mailbox, change.data, i < result.first_uids.size() ? result.first_uids[i] : 0);
    }
    return rows;
}

AccountWriter::AccountWriter(CoreContext& core, AccountId account, LogReader& reader)
    : core_(core), account_(account), reader_(reader) {}

Task<Result<store::CommitResult>> AccountWriter::write(WriteRequestPtr request, std::shared_ptr<void> keep) {
    // If the waiting coroutine is destroyed, what prepare() refers to is gone.
    struct Release {
        WriteRequestPtr request;
        ~Release() {
            request->abandoned = !request->done;
            request->prepare = nullptr;
        }
    };
    const Release release{request};
    queue_.push_back(request);
    start(keep);
    while (!request->done) {
        co_await request->finished.wait();
    }
    co_return std::move(request->result);
}

Task<Result<void>> AccountWriter::refresh(std::shared_ptr<void> keep) {
    auto request = std::make_shared<WriteRequest>(core_.executor);
    request->prepare = [](store::Transaction&) -> Result<bool> { return false; };
    behind_ = true;
    auto result = co_await write(request, keep);
    if (!result) co_return result.error();
    co_return Result<void>{};
}

void AccountWriter::look(Modseq modseq, std::shared_ptr<void> keep) {
    if (modseq == 0) behind_ = true;
    told_ = std::max(told_, modseq);
    if (is_behind()) start(std::move(keep));
}

bool AccountWriter::is_behind() const {
    return behind_ || told_ > reader_.change_seq();
}

void AccountWriter::start(std::shared_ptr<void> keep) {
    if (running_) return;
    running_ = true;
    core_.runtime.spawn(core_.executor, "mail writer", run(std::move(keep)));
}

Task<void> AccountWriter::run([[maybe_unused]] std::shared_ptr<void> keep) {
    while (!queue_.empty() || is_behind()) {
        if (is_behind()) {
            const bool recovered = co_await recover();
            if (!recovered) break;
            continue;
        }
        co_await commit_next();
    }
    running_ = false;
}

/// Catches up with the log. False if the server stops first.
Task<bool> AccountWriter::recover() {
    auto caught_up = co_await catch_up();
    if (caught_up) {
        failures_ = 0;
        co_return true;
    }
    if (failures_++ == 0)
        core_.log.warning("cannot read the log of an account",
                          {{"account", value_of(account_)}, {"error", caught_up.error().to_string()}});
    give_up(caught_up.error());
    if (failures_ >= failures_before_unknown) give_up_unsettled();
    if (core_.runtime.stopping()) {
        give_up_unsettled();
        co_return false;
    }
    const auto pause = pause_after(failures_);
    auto slept = co_await sleep_for(pause);
    if (!slept) give_up_unsettled();
    co_return bool(slept);
}

Task<Result<void>> AccountWriter::catch_up() {
    behind_ = false;
    const Modseq told_before = told_;
    auto applied = co_await apply_log_until(0);
    if (!applied) {
        behind_ = true;
        co_return applied;
    }
    // What was told meanwhile may be newer than what was read.
    if (told_ == told_before) told_ = 0;
    give_up_unsettled();
    co_return Result<void>{};
}

/// Reads and applies log rows: all there are, or up to `through` if that is not 0.
Task<Result<void>> AccountWriter::apply_log_until(Modseq through) {
    using Rows = std::vector<store::ChangeRow>;
    bool more = true;
    while (more && (through == 0 || reader_.change_seq() < through)) {
        const Modseq after = reader_.change_seq();
        std::function<Result<Rows>(store::StoreSession&)> call = [account = account_,
                                                                  after](store::StoreSession& session) {
            return session.read_changes(account, after, rows_a_read);
        };
        auto rows = co_await core_.lanes.read<Rows>(std::move(call));
        if (!rows) co_return rows.error();
        more = rows->size() == rows_a_read;
        bool gap = false;
        for (const auto& row : *rows) {
            if (through != 0 && row.modseq > through) break;
            if (row.modseq <= reader_.change_seq()) continue;
            gap = row.modseq != reader_.change_seq() + 1;
            if (gap) break;
            match(row);
            reader_.apply(row, {});
        }
        if (!gap) continue;
        auto reloaded = co_await reader_.reload();
        if (!reloaded) co_return reloaded.error();
        more = true;
    }
    if (through != 0 && reader_.change_seq() < through) {
        co_return Error(Errc::corrupt, "the log of an account has a gap");
    }
    reader_.rows_applied();
    co_return Result<void>{};
}

/// Whether a row of the log is the next one of a write whose outcome is unknown.
void AccountWriter::match(const store::ChangeRow& row) {
    for (Unsettled& write : unsettled_) {
        if (write.matched == write.rows.size()) continue;
        const auto fits = [&](const store::ChangeRow& mine) {
            return mine.mailbox == row.mailbox && mine.data == row.data;
        };
        if (!fits(write.rows[write.matched])) write.matched = 0;
        if (!fits(write.rows[write.matched])) continue;
        write.rows[write.matched].modseq = row.modseq;
        write.rows[write.matched].first_uid = row.first_uid;
        if (++write.matched < write.rows.size()) continue;
        store::CommitResult result;
        result.first_modseq = write.rows.front().modseq;
        result.last_modseq = row.modseq;
        const std::size_t changes = write.request->transaction.changes.size();
        for (std::size_t i = write.rows.size() - changes; i < write.rows.size(); ++i) {
            result.first_uids.push_back(write.rows[i].first_uid);
        }
        finish(*write.request, std::move(result));
    }
}

void AccountWriter::give_up_unsettled() {
    for (Unsettled& write : unsettled_) {
        if (write.request->done) continue;
        finish(*write.request,
               Error(Errc::temporary, "the storage was interrupted; the outcome is not known"));
    }
    unsettled_.clear();
}

void AccountWriter::give_up(const Error& error) {
    const auto waiting = std::move(queue_);
    queue_.clear();
    for (const auto& request : waiting) finish(*request, error);
}

void AccountWriter::finish(WriteRequest& request, Result<store::CommitResult> result) {
    if (request.done) return;
    request.done = true;
    request.result = std::move(result);
    request.finished.notify();
}

/// True if there is something to commit.
bool AccountWriter::prepare(const WriteRequestPtr& request) {
    if (request->abandoned) return false;
    if (request->attempts > 0 && request->prepared_at == reader_.change_seq()) {
        // Nobody else wrote, so the conflict is about the fence or a receipt.
        finish(*request, Error(Errc::conflict, "a precondition of the change does not hold"));
        return false;
    }
    store::Transaction fresh;
    fresh.account = account_;
    fresh.now = core_.now();
    request->transaction = std::move(fresh);
    request->prepared_at = reader_.change_seq();
    ++request->attempts;
    auto needed = request->prepare(request->transaction);
    if (!needed) {
        finish(*request, needed.error());
        return false;
    }
    if (!*needed) {
        finish(*request, store::CommitResult{});
        return false;
    }
    request->transaction.expected_seq = request->prepared_at;
    return true;
}

/// What goes into the next commit: at most one write that depends on the state, first, then the others.
std::vector<WriteRequestPtr> AccountWriter::take_batch() {
    std::vector<WriteRequestPtr> batch;
    std::deque<WriteRequestPtr> later;
    std::uint64_t octets = 0;
    bool state_taken = false;
    std::deque<WriteRequestPtr> queue = std::move(queue_);
    queue_.clear();
    for (auto& request : queue) {
        if (request->abandoned) continue;
        if (!request->prepare) {
            if (batch.size() < most_requests && (batch.empty() || octets < most_octets)) {
                octets += octets_of(request->transaction);
                batch.push_back(std::move(request));
            } else {
                later.push_back(std::move(request));
            }
        } else if (state_taken) {
            later.push_back(std::move(request));
        } else if (prepare(request)) {
            state_taken = true;
            batch.insert(batch.begin(), std::move(request));
        }
    }
    // What prepare() caused to be queued comes after what was waiting.
    later.insert(later.end(), queue_.begin(), queue_.end());
    queue_ = std::move(later);
    return batch;
}

Task<void> AccountWriter::commit_next() {
    const std::vector<WriteRequestPtr> batch = take_batch();
    if (batch.empty()) co_return;
    std::vector<store::Transaction> transactions;
    for (const auto& request : batch) transactions.push_back(std::move(request->transaction));
    CommitBatchPtr outcome = co_await core_.lanes.committer().commit(account_, std::move(transactions));
    bool readable = true;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const WriteRequestPtr& request = batch[i];
        request->transaction = std::move(outcome->transactions[i]);
        Result<store::CommitResult>& result = outcome->results[i];
        if (!result) {
            failed(request, result.error());
            continue;
        }
        const auto rows = rows_of(request->transaction, *result);
        if (!rows.empty() && readable && rows.front().modseq != reader_.change_seq() + 1) {
            // Somebody else wrote in between.
            const Modseq before = rows.front().modseq - 1;
            auto filled = co_await apply_log_until(before);
            readable = filled.has_value();
        }
        // When the rows in between cannot be read now, these are read with them later: they are safe.
        behind_ = behind_ || !readable;
        for (std::size_t row = 0; row < rows.size() && readable; ++row) {
            if (rows[row].modseq == reader_.change_seq() + 1) reader_.apply(rows[row], request->origin);
        }
        finish(*request, std::move(result));
    }
    reader_.rows_applied();
}

void AccountWriter::failed(const WriteRequestPtr& request, Error error) {
    const bool lost_race = error.code == Errc::conflict && request->prepare;
    if (lost_race && request->attempts < most_attempts) {
        behind_ = true;
        queue_.push_front(request);
        return;
    }
    if (error.code == Errc::temporary) {
        behind_ = true;
        auto rows = rows_of(request->transaction, {});
        if (!rows.empty()) {
            unsettled_.push_back({request, std::move(rows), 0});
            return;
        }
    }
    // A mailbox that is gone, or counters that do not fit: somebody else's change has not been read yet.
    if (error.code == Errc::not_found || error.code == Errc::invalid) behind_ = true;
    finish(*request, std::move(error));
}

}  // namespace postern::mail
