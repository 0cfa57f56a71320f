#include "postern/mail/scripts.hpp"

namespace postern::mail {

ScriptStore::~ScriptStore() = default;

}  // namespace postern::mail
