#include "postern/imap/ext/message_observer.hpp"

namespace postern::imap {

MessageObserver::~MessageObserver() = default;

}  // namespace postern::imap
