#pragma once
// The service manager's notification protocol (sd_notify(3)): one datagram, no library.
#include <string_view>

namespace postern::runtime {

/// Sends `state` ("READY=1") to $NOTIFY_SOCKET. False if there is none or it cannot be reached.
bool sd_notify(std::string_view state);

}  // namespace postern::runtime
