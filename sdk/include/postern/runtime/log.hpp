#pragma once
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

#include "postern/export.hpp"

namespace postern {

enum class LogLevel { debug, info, warning, error };

/// One "key=value" of a structured line. Values are never credentials.
struct LogField {
    std::string_view key;
    std::variant<std::string_view, std::int64_t, std::uint64_t, bool, double> value;

    LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
    LogField(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
    LogField(std::string_view k, std::int64_t v) : key(k), value(v) {}
    LogField(std::string_view k, std::uint64_t v) : key(k), value(v) {}
    LogField(std::string_view k, int v) : key(k), value(static_cast<std::int64_t>(v)) {}
    LogField(std::string_view k, unsigned v) : key(k), value(static_cast<std::uint64_t>(v)) {}
    LogField(std::string_view k, bool v) : key(k), value(v) {}
};

/// Structured log. `event` is a short constant sentence ("collected messages"); what varies goes into the fields.
/// Thread-safe, does not block on the disk.
class POSTERN_SDK Logger {
public:
    virtual ~Logger();
    virtual bool enabled(LogLevel level) const = 0;
    virtual void write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) = 0;

    void debug(std::string_view event, std::initializer_list<LogField> fields = {}) {
        if (enabled(LogLevel::debug)) write(LogLevel::debug, event, fields);
    }
    void info(std::string_view event, std::initializer_list<LogField> fields = {}) {
        if (enabled(LogLevel::info)) write(LogLevel::info, event, fields);
    }
    void warning(std::string_view event, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::warning, event, fields);
    }
    void error(std::string_view event, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::error, event, fields);
    }
};

}  // namespace postern
