#include "kernel/runtime/log.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <charconv>

namespace postern::runtime {

namespace {

/// Lines that may wait for the disk; beyond that the oldest are dropped rather than a session delayed.
constexpr std::size_t max_waiting_lines = 8192;

spdlog::level::level_enum spdlog_level(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            break;
    }
    return spdlog::level::err;
}

bool is_plain(std::string_view text) {
    if (text.empty()) return false;
    for (const char c : text) {
        const auto u = static_cast<unsigned char>(c);
        if (u <= ' ' || c == '"' || c == '=' || c == '\\' || u == 0x7f) return false;
    }
    return true;
}

void append_escaped(std::string& line, char c) {
    static const char digits[] = "0123456789abcdef";
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
        line += '\\';
        line += c;
    } else if (c == '\n') {
        line += "\\n";
    } else if (c == '\r') {
        line += "\\r";
    } else if (c == '\t') {
        line += "\\t";
    } else if (u < 0x20 || u == 0x7f) {
        line += "\\x";
        line += digits[u >> 4];
        line += digits[u & 15];
    } else {
        line += c;
    }
}

void append_text(std::string& line, std::string_view text) {
    if (is_plain(text)) {
        line += text;
        return;
    }
    line += '"';
    for (const char c : text) append_escaped(line, c);
    line += '"';
}

struct AppendValue {
    std::string& line;

    void operator()(std::string_view text) const { append_text(line, text); }
    void operator()(bool value) const { line += value ? "true" : "false"; }
    template <class Number>
    void operator()(Number value) const {
        char buffer[32];
        const auto end = std::to_chars(buffer, buffer + sizeof buffer, value);
        line.append(buffer, end.ptr);
    }
};

}  // namespace

void append_field(std::string& line, const LogField& field) {
    line += ' ';
    line += field.key;
    line += '=';
    std::visit(AppendValue{line}, field.value);
}

LogSink::LogSink(LogLevel level, const std::string& file)
    : level_(level), pool_(std::make_shared<spdlog::details::thread_pool>(max_waiting_lines, 1)) {
    spdlog::sink_ptr sink;
    if (file.empty()) {
        sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
        sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file);
    }
    logger_ = std::make_shared<spdlog::async_logger>("postern", std::move(sink), pool_,
                                                     spdlog::async_overflow_policy::overrun_oldest);
    logger_->set_level(spdlog_level(level));
    logger_->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %v", spdlog::pattern_time_type::utc);
    logger_->flush_on(spdlog::level::info);
}

LogSink::~LogSink() {
    // The pool's destructor writes what waits and ends the thread, the only other that uses the logger.
    pool_.reset();
}

void LogSink::write(LogLevel level, const std::string& body) {
    logger_->log(spdlog_level(level), spdlog::string_view_t(body));
}

void LogSink::flush() {
    logger_->flush();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    while (pool_->queue_size() > 0 && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

OwnerLogger::OwnerLogger(LogSink& sink, std::string owner) : sink_(sink) {
    append_field(prefix_, {"plugin", owner});
}

bool OwnerLogger::enabled(LogLevel level) const {
    return level >= sink_.level();
}

void OwnerLogger::write(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
    static constexpr std::string_view names[] = {"debug", "info", "warning", "error"};
    if (!enabled(level)) return;
    std::string line = "level=";
    line += names[static_cast<std::size_t>(level)];
    line += prefix_;
    append_field(line, {"event", event});
    for (const auto& field : fields) append_field(line, field);
    sink_.write(level, line);
}

}  // namespace postern::runtime
