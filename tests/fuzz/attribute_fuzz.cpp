// What attributes hold and are called: whatever is read as limits comes back as text, and names of entries stay what they
// are.
#include <cstdlib>

#include "postern/imap/metadata_entry.hpp"
#include "postern/mail/quota.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto limits = mail::QuotaLimits::from_text(text)) {
        const auto again = mail::QuotaLimits::from_text(limits->to_text());
        if (!again || !(*again == *limits)) std::abort();
    }
    imap::ArgumentCursor in(text);
    const auto entries = imap::parse_metadata_entries(in, 20);
    if (!entries) return 0;
    const std::string prefix = imap::common_prefix(*entries);
    for (const std::string& entry : *entries) {
        const auto again = imap::metadata_entry_name(entry);
        if (!again || *again != entry || !entry.starts_with(prefix)) std::abort();
    }
    return 0;
}
