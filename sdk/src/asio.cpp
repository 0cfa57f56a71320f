// Asio is compiled here and only here: its per-thread state must exist once in the process
// (docs/core-developer.md, "Asio lives in the SDK").
#include <boost/asio/impl/src.hpp>
