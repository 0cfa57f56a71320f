#include "postern/net/line_channel.hpp"

namespace postern {

namespace {
constexpr std::size_t read_size = 16 * 1024;
constexpr std::size_t flush_size = 16 * 1024;
}  // namespace

LineChannel::LineChannel(std::unique_ptr<Connection> connection, std::size_t max_line,
                         std::chrono::seconds write_time)
    : connection_(std::move(connection)), max_line_(max_line), write_time_(write_time) {}
LineChannel::~LineChannel() = default;

std::optional<LineChannel::Line> LineChannel::take_line() {
    const std::string_view in = input();
    const auto end = in.find('\n');
    if (end == std::string_view::npos) {
        if (in.size() > max_line_) {
            too_long_ = true;
            begin_ = buffer_.size();
        }
        return std::nullopt;
    }
    std::string_view line = in.substr(0, end);
    begin_ += end + 1;
    if (std::exchange(too_long_, false) || line.size() > max_line_) return Line{{}, true};
    if (line.ends_with('\r')) line.remove_suffix(1);
    return Line{std::string(line), false};
}

void LineChannel::discard_input() {
    buffer_.clear();
    begin_ = 0;
    too_long_ = false;
}

Task<bool> LineChannel::receive(std::chrono::seconds patience) {
    const bool sent = co_await flush();
    if (!sent) co_return false;
    connection_->set_deadline(patience);
    buffer_.erase(0, begin_);
    begin_ = 0;
    if (buffer_.empty()) {
        std::string().swap(buffer_);
        std::string().swap(output_);
        connection_->stream().release_memory();
        auto ready = co_await connection_->stream().wait_readable();
        if (!ready) co_return false;
    }
    const std::size_t before = buffer_.size();
    buffer_.resize(before + read_size);
    std::span<char> room(buffer_.data() + before, read_size);
    auto count = co_await connection_->stream().read_some(room);
    buffer_.resize(before + (count ? *count : 0));
    co_return count&&* count > 0;
}

Task<bool> LineChannel::flush() {
    if (output_.empty()) co_return true;
    connection_->set_deadline(write_time_);
    auto written = co_await connection_->stream().write(output_);
    output_.clear();
    if (!written) co_return false;
    auto flushed = co_await connection_->stream().flush();
    co_return flushed.has_value();
}

Task<bool> LineChannel::flush_some() {
    if (output_.size() < flush_size) co_return true;
    const bool sent = co_await flush();
    co_return sent;
}

Task<void> LineChannel::close() {
    const bool sent = co_await flush();
    static_cast<void>(sent);
    connection_->set_deadline(std::chrono::seconds(5));
    co_await connection_->stream().shutdown();
}

}  // namespace postern
