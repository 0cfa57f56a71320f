#include "postern/imap/output_buffer.hpp"

#include <algorithm>
#include <utility>

namespace postern::imap {

OutputBuffer::OutputBuffer(OutputBuffer&& other) noexcept
    : data_(std::move(other.data_)),
      begin_(std::exchange(other.begin_, 0)),
      end_(std::exchange(other.end_, 0)),
      capacity_(std::exchange(other.capacity_, 0)),
      high_water_(other.high_water_) {}

OutputBuffer& OutputBuffer::operator=(OutputBuffer&& other) noexcept {
    data_ = std::move(other.data_);
    begin_ = std::exchange(other.begin_, 0);
    end_ = std::exchange(other.end_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    high_water_ = other.high_water_;
    return *this;
}

void OutputBuffer::consume(std::size_t n) {
    begin_ += std::min(n, size());
    if (begin_ == end_) begin_ = end_ = 0;
}

void OutputBuffer::release() {
    data_.reset();
    begin_ = end_ = capacity_ = 0;
}

void OutputBuffer::grow(std::size_t n) {
    constexpr std::size_t first_capacity = 1024;
    const std::size_t used = size();
    if (used + n <= capacity_ && begin_ >= capacity_ / 2) {
        std::memmove(data_.get(), data_.get() + begin_, used);
    } else {
        const std::size_t capacity = std::max({capacity_ * 2, used + n, first_capacity});
        auto bigger = std::make_unique_for_overwrite<char[]>(capacity);
        if (used > 0) std::memcpy(bigger.get(), data_.get() + begin_, used);
        data_ = std::move(bigger);
        capacity_ = capacity;
    }
    begin_ = 0;
    end_ = used;
}

}  // namespace postern::imap
