#include "postern/mail/existing_copies.hpp"

namespace postern::mail {

ExistingCopies::~ExistingCopies() = default;

}  // namespace postern::mail
