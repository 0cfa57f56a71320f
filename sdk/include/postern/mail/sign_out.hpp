#pragma once
#include <string_view>

namespace postern::mail {

/// A resident attribute of an account (mailbox 0): whoever sets it, or gives it another value, ends every session of the
/// account, on all nodes, and whoever wants to go on signs in again. Value: "TIME TEXT", TEXT is what clients are told.
inline constexpr std::string_view sign_out_entry = ".sign-out";

}  // namespace postern::mail
