#pragma once
// Lines in and octets out of one connection, for protocols of command and reply. Buffers exist only while there is something in
// them.
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/net/stream.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern {

class POSTERN_SDK LineChannel {
public:
    /// Lines longer than `max_line` octets are passed over.
    LineChannel(std::unique_ptr<Connection> connection, std::size_t max_line,
                std::chrono::seconds write_time);
    ~LineChannel();

    Connection& connection() { return *connection_; }
    const Connection& connection() const { return *connection_; }

    /// What the next whole line is.
    struct Line {
        std::string text;       ///< without its end, which is LF or CR LF
        bool too_long = false;  ///< it was passed over
    };
    /// nullopt: no whole line is there.
    std::optional<Line> take_line();
    /// Octets that are there.
    std::string_view input() const { return std::string_view(buffer_).substr(begin_); }
    void consume(std::size_t octets) { begin_ += octets; }
    /// Forgets what the client has sent so far: before TLS begins.
    void discard_input();
    /// Sends what is to be sent, then waits for octets, `patience` at most. False at the end: see Connection::deadline_passed()
    /// and Runtime::stopping().
    Task<bool> receive(std::chrono::seconds patience);

    /// What is to be sent.
    std::string& output() { return output_; }
    Task<bool> flush();
    /// Sends if that is worth a packet; keeps the output bounded. Call it for every command.
    Task<bool> flush_some();

    /// Sends what is left, and says goodbye.
    Task<void> close();

private:
    std::unique_ptr<Connection> connection_;
    std::size_t max_line_;
    std::chrono::seconds write_time_;
    std::string buffer_;
    std::size_t begin_ = 0;
    std::string output_;
    bool too_long_ = false;  ///< the rest of a long line is still to come
};

}  // namespace postern
