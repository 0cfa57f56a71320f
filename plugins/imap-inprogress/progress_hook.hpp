#pragma once
#include <chrono>

#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {

/// "* OK [INPROGRESS ("a1" 1200 98000)] ..." while a command takes long: every interval after it began. What is counted
/// is what the command works on, mostly messages. Counts start anew when the command takes a second look with another
/// goal: from then on they are not told.
class ProgressHook final : public CommandHook {
public:
    void set_interval(std::chrono::milliseconds interval) { interval_ = interval; }
    Result<void> before(CommandContext& context) override;
    void progress(Session& session, std::uint64_t done, std::uint64_t total) override;

private:
    std::chrono::milliseconds interval_{std::chrono::seconds(10)};
};

}  // namespace postern::imap
