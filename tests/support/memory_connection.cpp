#include "tests/support/memory_connection.hpp"

#include <algorithm>

namespace postern::test {

Task<Result<std::size_t>> MemoryConnection::read_some(std::span<char> buffer) {
    while (output_.empty()) {
        if (hung_up_) co_return std::size_t{0};
        const bool woken = co_await wait_for_output();
        if (woken) continue;
        timed_out_ = true;
        co_return Error(Errc::cancelled);
    }
    const std::size_t count = std::min({buffer.size(), output_.size(), chunk()});
    std::copy_n(output_.begin(), count, buffer.begin());
    output_.erase(0, count);
    co_return count;
}

Task<Result<void>> MemoryConnection::write(std::string_view data) {
    input_.append(data);
    take_input();
    co_return Result<void>{};
}

Task<void> MemoryConnection::shutdown() {
    hung_up_ = true;
    co_return;
}

Task<Result<void>> MemoryConnection::start_tls_client(TlsClientOptions options) {
    tls_.emplace();
    tls_->server_name = options.server_name;
    co_return Result<void>{};
}

Result<void> MemoryConnection::move_to(Executor executor) {
    executor_ = std::move(executor);
    return {};
}

void MemoryConnection::say(std::string text) {
    if (text.ends_with('\x04')) {
        text.pop_back();
        hung_up_ = true;
    }
    output_ += text;
}

}  // namespace postern::test
