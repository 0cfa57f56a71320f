#include "tools/posternctl/terminal.hpp"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <iostream>

#include "tools/posternctl/commands.hpp"

namespace posternctl {

namespace {

std::string read_silently(const char* prompt) {
    std::cerr << prompt << std::flush;
    termios shown{};
    tcgetattr(STDIN_FILENO, &shown);
    termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
    std::string line;
    std::getline(std::cin, line);
    tcsetattr(STDIN_FILENO, TCSANOW, &shown);
    std::cerr << '\n';
    return line;
}

}  // namespace

std::optional<std::string> read_new_password() {
    std::string password;
    if (isatty(STDIN_FILENO) != 0) {
        password = read_silently("Password: ");
        if (password != read_silently("Again: ")) {
            fail("the two differ");
            return std::nullopt;
        }
    } else {
        std::getline(std::cin, password);
    }
    if (password.empty()) {
        fail("an empty password is not accepted");
        return std::nullopt;
    }
    return password;
}

std::string show_size(std::uint64_t octets) {
    static constexpr std::array<const char*, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
    auto value = static_cast<double>(octets);
    std::size_t unit = 0;
    while (value >= 1024 && unit + 1 < units.size()) {
        value /= 1024;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return text.data();
}

std::string show_time(postern::UnixTime when) {
    const auto seconds = static_cast<std::time_t>(when);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts);
    return text;
}

std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    return out;
}

}  // namespace posternctl
