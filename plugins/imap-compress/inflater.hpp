#pragma once
// Decompression of a raw DEFLATE stream (RFC 1951) that the peer flushes at its convenience. No I/O.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "postern/result.hpp"

namespace postern::imap {

/// What comes out at once is bounded by the caller's buffer, however much the input expands to.
class Inflater {
public:
    Inflater();
    ~Inflater();

    struct Step {
        std::size_t consumed = 0;  ///< octets of the input that are done with
        std::size_t produced = 0;  ///< octets written
        bool ended = false;        ///< the peer has ended its stream: what follows is not compressed
    };
    /// Stops at the end of the input, when `out` is full, and after something was produced where the peer flushed: what
    /// follows may be plain octets, if the peer turns compression off there. Errc::corrupt: no DEFLATE stream.
    Result<Step> inflate(std::string_view input, std::span<char> out);
    /// Some output may be left for which no further input is needed.
    bool has_pending() const { return pending_; }
    /// Gives the memory back but for the last octets the peer may refer to: at most 32 KiB, mostly few. Does nothing in
    /// the middle of a block.
    void release();

private:
    struct State;
    void start();
    void note_consumed(std::string_view octets);
    bool at_boundary() const;
    bool was_flushed() const;

    std::unique_ptr<State> state_;
    std::string dictionary_;  ///< while there is no state
    std::uint32_t tail_ = 0;  ///< the last four octets consumed
    bool pending_ = false;
};

}  // namespace postern::imap
