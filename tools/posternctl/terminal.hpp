#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "postern/store/ids.hpp"

namespace posternctl {

/// A new password: asked for twice without echo on a terminal, otherwise the first line of standard input. Nothing if
/// the two differ or it is empty; the reason is printed.
std::optional<std::string> read_new_password();

/// "1.4 MiB"
std::string show_size(std::uint64_t octets);

/// "2026-11-22 10:30", UTC
std::string show_time(postern::UnixTime when);

/// What a stranger wrote, fit for a terminal: nothing in it may steer it.
std::string one_line(std::string_view text);

}  // namespace posternctl
