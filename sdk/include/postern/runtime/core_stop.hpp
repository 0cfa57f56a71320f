#pragma once
// The end of a core as its coroutines notice it: sleeps and waits for an Event end early. For the host.
#include <boost/asio/any_io_executor.hpp>

#include "postern/export.hpp"

namespace postern {

/// Wakes every sleep_for (which answers cancelled) and Event::wait (which answers false) on this core, and makes later
/// ones short. Call on the core's thread.
POSTERN_SDK void begin_core_stop(const boost::asio::any_io_executor& core);

}  // namespace postern
