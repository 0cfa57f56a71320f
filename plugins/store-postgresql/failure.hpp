#pragma once
#include <string>

#include "postern/result.hpp"

namespace postern::store::postgresql {

/// What a failed statement throws, inside the driver only: every call of the store interface catches it (session.hpp).
struct Failure {
    Error error;
};

[[noreturn]] inline void fail(Errc code, std::string text) {
    throw Failure{Error(code, std::move(text))};
}

/// What an SQLSTATE (five characters; "" if the connection broke) means to the caller. PM001 to PM004 are the
/// schema's own functions: conflict, not found, taken, invalid.
Errc classify_sqlstate(std::string_view state);

}  // namespace postern::store::postgresql
