#pragma once
// The octets a session has still to send.
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

#include "postern/export.hpp"

namespace postern::imap {

/// Contiguous and growing at its end. Never refuses octets: whoever writes a lot asks full() after each response and
/// drains first, so it exceeds `high_water` by one response at most. Not thread-safe.
class POSTERN_SDK OutputBuffer {
public:
    static constexpr std::size_t default_high_water = 64 * 1024;
    explicit OutputBuffer(std::size_t high_water = default_high_water) : high_water_(high_water) {}
    OutputBuffer(OutputBuffer&& other) noexcept;
    OutputBuffer& operator=(OutputBuffer&& other) noexcept;

    std::string_view view() const { return {data_.get() + begin_, end_ - begin_}; }
    std::size_t size() const { return end_ - begin_; }
    bool empty() const { return begin_ == end_; }
    bool full() const { return size() >= high_water_; }
    std::size_t high_water() const { return high_water_; }
    void set_high_water(std::size_t n) { high_water_ = n; }

    /// The first `n` octets are sent.
    void consume(std::size_t n);
    /// Drop everything from `size` octets on: undoes a response that could not be finished.
    void truncate(std::size_t size) { end_ = begin_ + size; }
    /// Give the memory back; drops what is not sent.
    void release();

    /// At least `n` octets of space at the end; commit() says how many were written there.
    char* prepare(std::size_t n) {
        if (capacity_ - end_ < n) grow(n);
        return data_.get() + end_;
    }
    void commit(std::size_t n) { end_ += n; }
    void append(std::string_view s) {
        if (s.empty()) return;
        std::memcpy(prepare(s.size()), s.data(), s.size());
        commit(s.size());
    }
    void append(char c) {
        *prepare(1) = c;
        commit(1);
    }

private:
    void grow(std::size_t n);

    std::unique_ptr<char[]> data_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t capacity_ = 0;
    std::size_t high_water_;
};

}  // namespace postern::imap
