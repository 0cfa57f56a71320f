#pragma once
// The structured log: one line an event, "key=value" fields, written by a thread of its own.
//
//     2026-11-22T02:51:53.123Z level=info plugin=gateway event="collected messages" account=42 count=17
#include <initializer_list>
#include <memory>
#include <string>

#include "postern/runtime/log.hpp"

namespace spdlog {
class logger;
namespace details {
class thread_pool;
}
}  // namespace spdlog

namespace postern::runtime {

/// Appends ` key=value`; values with spaces, quotes or control characters are quoted and escaped, so that a line stays
/// a line whatever a peer sent.
void append_field(std::string& line, const LogField& field);

/// Where lines go. Outlives every Logger made from it.
class LogSink {
public:
    /// To `file`, or to standard error if it is "". Throws if the file cannot be opened.
    LogSink(LogLevel level, const std::string& file);
    ~LogSink();

    LogLevel level() const { return level_; }
    /// Writes a finished line body.
    void write(LogLevel level, const std::string& body);
    /// Waits until everything so far is written, at most a moment.
    void flush();

private:
    LogLevel level_;
    std::shared_ptr<spdlog::details::thread_pool> pool_;
    std::shared_ptr<spdlog::logger> logger_;
};

/// The Logger of one owner ("kernel", a plugin's id).
class OwnerLogger final : public Logger {
public:
    OwnerLogger(LogSink& sink, std::string owner);
    bool enabled(LogLevel level) const override;
    void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) override;

private:
    LogSink& sink_;
    std::string prefix_;
};

}  // namespace postern::runtime
