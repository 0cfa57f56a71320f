#include "postern/mail/relay_line.hpp"

namespace postern::mail {

RelayLine::~RelayLine() = default;
RelayLines::~RelayLines() = default;

}  // namespace postern::mail
