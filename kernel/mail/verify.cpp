#include "kernel/mail/verify.hpp"

#include <algorithm>
#include <map>

#include "kernel/mail/snapshot.hpp"
#include "postern/mime/record.hpp"

namespace postern::mail {

namespace {

constexpr unsigned most_attempts = 5;
constexpr std::size_t messages_a_read = 1000;
constexpr std::size_t rows_a_read = 2000;

/// One pass over an account that must not change meanwhile.
class Verification {
public:
    Verification(store::StoreSession& session, AccountId account) : session_(session), account_(account) {}

    /// False if the account was written to: to be done again.
    Result<bool> run();
    std::vector<std::string> findings;

private:
    struct Placed {
        std::int32_t count = 0;
        std::uint32_t size = 0;
    };

    Result<bool> check_mailbox(const store::MailboxRow& row);
    void compare(const store::MailboxLoad& load, const MailboxState& state);
    void expect(const std::string& what, std::uint64_t kept, std::uint64_t counted);
    void count_placements(const MailboxState& state);
    Result<void> check_log();
    Result<void> check_messages();
    void check_message(const store::MessageRow& row, const Placed& placed);

    store::StoreSession& session_;
    AccountId account_;
    Modseq change_seq_ = 0;
    std::uint64_t count_ = 0;
    std::uint64_t bytes_ = 0;
    std::map<MessageId, Placed> placed_;
};

Result<bool> Verification::run() {
    auto view = session_.load_account(account_);
    if (!view) return view.error();
    change_seq_ = view->account.change_seq;
    for (const auto& row : view->mailboxes) {
        auto same = check_mailbox(row);
        if (!same || !*same) return same;
    }
    expect("account: messages used", view->account.used_count, count_);
    expect("account: octets used", view->account.used_bytes, bytes_);
    auto log = check_log();
    if (!log) return log.error();
    auto messages = check_messages();
    if (!messages) return messages.error();
    auto own = session_.verify(account_);
    if (!own) return own.error();
    findings.insert(findings.end(), own->begin(), own->end());
    auto after = session_.get_account(account_);
    if (!after) return after.error();
    return after->change_seq == change_seq_;
}

Result<bool> Verification::check_mailbox(const store::MailboxRow& row) {
    auto load = session_.load_mailbox(account_, row.id);
    if (!load && load.error().code == Errc::not_found) return false;
    if (!load) return load.error();
    if (load->change_seq != change_seq_) return false;
    auto state = restore_state(*load);
    if (!state) {
        findings.push_back("mailbox " + row.name + ": " + state.error().to_string());
        return true;
    }
    compare(*load, *state);
    count_placements(*state);
    return true;
}

void Verification::expect(const std::string& what, std::uint64_t kept, std::uint64_t counted) {
    if (kept == counted) return;
    findings.push_back(what + ": " + std::to_string(kept) + " kept, " + std::to_string(counted) + " found");
}

void Verification::compare(const store::MailboxLoad& load, const MailboxState& state) {
    const store::MailboxRow& row = load.mailbox;
    const store::CounterDelta counted = state.count();
    const std::string mailbox = "mailbox " + row.name + ": ";
    expect(mailbox + "messages", row.total, static_cast<std::uint64_t>(counted.total));
    expect(mailbox + "unseen", row.unseen, static_cast<std::uint64_t>(counted.unseen));
    expect(mailbox + "deleted", row.deleted, static_cast<std::uint64_t>(counted.deleted));
    expect(mailbox + "octets", row.bytes, static_cast<std::uint64_t>(counted.bytes));
    const auto uids = state.columns().uid;
    if (!uids.empty() && uids.back() >= row.uidnext) {
        findings.push_back(mailbox + "UID " + std::to_string(uids.back()) + " is not below UIDNEXT");
    }
    if (state.highest_modseq() > row.highest_modseq) {
        findings.push_back(mailbox + "has changes beyond its highest modseq");
    }
}

void Verification::count_placements(const MailboxState& state) {
    const Columns columns = state.columns();
    for (Slot slot = state.alive().next(0); slot != no_slot; slot = state.alive().next(slot + 1)) {
        Placed& placed = placed_[columns.message[slot]];
        ++placed.count;
        placed.size = columns.size[slot];
        ++count_;
        bytes_ += columns.size[slot];
    }
}

Result<void> Verification::check_log() {
    Modseq after = 0;
    for (;;) {
        auto rows = session_.read_changes(account_, after, rows_a_read);
        if (!rows) return rows.error();
        for (const auto& row : *rows) {
            auto change = decode_change(row.data);
            if (!change) {
                findings.push_back("log row " + std::to_string(row.modseq) + ": " +
                                   change.error().to_string());
            }
            after = row.modseq;
        }
        if (rows->size() < rows_a_read) return {};
    }
}

Result<void> Verification::check_messages() {
    std::vector<MessageId> ids;
    for (auto next = placed_.begin(); next != placed_.end();) {
        ids.clear();
        for (; next != placed_.end() && ids.size() < messages_a_read; ++next) ids.push_back(next->first);
        auto rows = session_.read_messages(account_, ids);
        if (!rows) return rows.error();
        for (const auto& row : *rows) {
            check_message(row, placed_[row.id]);
            placed_[row.id].count = 0;
        }
    }
    for (const auto& [id, placed] : placed_) {
        if (placed.count != 0) {
            findings.push_back("message " + std::to_string(value_of(id)) + ": placed, but not stored");
        }
    }
    return {};
}

void Verification::check_message(const store::MessageRow& row, const Placed& placed) {
    const std::string message = "message " + std::to_string(value_of(row.id)) + ": ";
    if (row.references != placed.count) {
        findings.push_back(message + std::to_string(row.references) + " references, " +
                           std::to_string(placed.count) + " placements");
    }
    auto record = mime::RecordView::decode(row.record);
    if (!record) {
        findings.push_back(message + "record: " + record.error().to_string());
    } else {
        expect(message + "octets", record->size(), placed.size);
    }
}

}  // namespace

Result<std::vector<std::string>> verify_account(store::StoreSession& session, AccountId account) {
    for (unsigned attempt = 0; attempt < most_attempts; ++attempt) {
        Verification pass(session, account);
        auto quiet = pass.run();
        if (!quiet) return quiet.error();
        if (*quiet) return std::move(pass.findings);
    }
    return Error(Errc::conflict, "the account is written to all the time; try again");
}

}  // namespace postern::mail
