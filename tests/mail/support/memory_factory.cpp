#include "tests/mail/support/fixture.hpp"
#include "tests/mail/support/memory_store.hpp"

namespace postern::mail::test {

std::unique_ptr<store::Store> make_store() {
    return std::make_unique<MemoryStore>();
}

}  // namespace postern::mail::test
