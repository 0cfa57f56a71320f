#pragma once
#include <optional>
#include <string>

namespace posternctl {

/// A new password: asked for twice without echo on a terminal, otherwise the first line of standard input. Nothing if
/// the two differ or it is empty; the reason is printed.
std::optional<std::string> read_new_password();

/// "1.4 MiB"
std::string show_size(std::uint64_t octets);

}  // namespace posternctl
