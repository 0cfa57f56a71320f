#pragma once
// Message content brought into the cache ahead of its use, many messages in one store call.
#include <vector>

#include "postern/mail/account.hpp"

namespace postern::imap {

/// For one run through lists of messages: who asks for one message's content mostly asks for the next one's, too. On the
/// session's core.
class ReadAhead {
public:
    /// How many messages are brought first. While their content is used, the number doubles up to a limit.
    explicit ReadAhead(std::size_t window = 1) : first_window_(window), window_(window) {}

    /// Another list begins: indexes start anew.
    void begin_list() { end_ = 0; }
    /// After this, the beginning of messages[index] is in the cache, if the store can give it. Indexes rise; null messages
    /// are passed over. `account` and `messages` must stay until it ends.
    Task<void> need(mail::Account* account, const std::vector<mail::StoredMessagePtr>* messages,
                    std::size_t index);
    /// A message was done without its content: what follows may not need it either.
    void not_needed() { window_ = first_window_; }

private:
    std::size_t first_window_;
    std::size_t window_;
    std::size_t end_ = 0;  ///< before this index all is there
};

}  // namespace postern::imap
