#pragma once
// The queue of an account's writes. One commit is under way at a time; what waits meanwhile goes together into the
// next. Everything that alters the account's state in memory happens here, in the order of the log.
#include <deque>
#include <vector>

#include "kernel/mail/core_context.hpp"
#include "kernel/mail/write_request.hpp"

namespace postern::mail {

/// The account, as its writer sees it.
class LogReader {
public:
    virtual ~LogReader() = default;
    virtual Modseq change_seq() const = 0;
    /// Applies the next row of the log: row.modseq is change_seq() + 1.
    virtual void apply(const store::ChangeRow& row, const Origin& origin) = 0;
    /// Starts over from the store, because the log has lost rows that were not applied yet.
    virtual Task<Result<void>> reload() = 0;
    /// After rows were applied: time for housekeeping.
    virtual void rows_applied() = 0;
};

class AccountWriter {
public:
    AccountWriter(CoreContext& core, AccountId account, LogReader& reader);

    /// Queues a write and answers when it is committed and applied. A write that prepare() finds unnecessary answers
    /// an empty CommitResult. temporary: the store is away; for a write that was in flight then, the outcome was
    /// looked up in the log if that was possible, and is unknown if not. `keep` holds the account.
    Task<Result<store::CommitResult>> write(WriteRequestPtr request, std::shared_ptr<void> keep);
    /// Reads what others have written and answers when it is applied.
    Task<Result<void>> refresh(std::shared_ptr<void> keep);
    /// Somebody wrote up to `modseq`, perhaps this account itself; 0: not known how far. Does not wait.
    void look(Modseq modseq, std::shared_ptr<void> keep);

private:
    /// A write whose commit broke off: its rows, which the log may or may not have.
    struct Unsettled {
        WriteRequestPtr request;
        std::vector<store::ChangeRow> rows;  // modseq and first_uid as found
        std::size_t matched = 0;
    };

    void start(std::shared_ptr<void> keep);
    bool is_behind() const;
    Task<void> run(std::shared_ptr<void> keep);
    Task<bool> recover();
    Task<Result<void>> catch_up();
    Task<Result<void>> apply_log_until(Modseq through);
    Task<void> commit_next();
    std::vector<WriteRequestPtr> take_batch();
    bool prepare(const WriteRequestPtr& request);
    void finish(WriteRequest& request, Result<store::CommitResult> result);
    void failed(const WriteRequestPtr& request, Error error);
    void match(const store::ChangeRow& row);
    void give_up(const Error& error);
    void give_up_unsettled();

    CoreContext& core_;
    AccountId account_;
    LogReader& reader_;
    std::deque<WriteRequestPtr> queue_;
    std::vector<Unsettled> unsettled_;
    unsigned failures_ = 0;  // catch_up in a row
    bool running_ = false;
    bool behind_ = false;  // the log may have rows that are not applied
    Modseq told_ = 0;      // the log has rows up to this one, says the store
};

/// The log rows that a committed transaction made, in order.
std::vector<store::ChangeRow> rows_of(const store::Transaction& transaction,
                                      const store::CommitResult& result);

}  // namespace postern::mail
