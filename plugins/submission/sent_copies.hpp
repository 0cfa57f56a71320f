#pragma once
// Copies of submitted messages in the mailbox for sent mail, and the memory of them: most clients store a copy of their own right
// after, which is then the same message.
#include <chrono>
#include <mutex>
#include <string>
#include <unordered_map>

#include "postern/mail/existing_copies.hpp"

namespace postern::submission {

class SentCopies final : public mail::ExistingCopies {
public:
    using Clock = std::chrono::steady_clock;
    void set_memory(std::chrono::seconds memory) { memory_ = memory; }
    void add(AccountId account, MailboxId mailbox, std::string_view message_id, Uid uid,
             Clock::time_point now);
    std::optional<Uid> find_copy(AccountId account, MailboxId mailbox,
                                 std::string_view message_id) const override;

private:
    struct Copy {
        Uid uid = 0;
        Clock::time_point until;
    };
    std::chrono::seconds memory_{600};
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Copy> copies_;
};

}  // namespace postern::submission
