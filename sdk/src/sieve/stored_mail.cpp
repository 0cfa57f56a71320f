#include "postern/sieve/stored_mail.hpp"

namespace postern::sieve {

StoredMail::~StoredMail() = default;

}  // namespace postern::sieve
