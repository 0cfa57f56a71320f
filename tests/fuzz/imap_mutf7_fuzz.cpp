// Modified UTF-7: what decodes encodes to the same octets, and what encodes decodes to the same name.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "postern/imap/mailbox_name.hpp"
#include "postern/imap/modified_utf7.hpp"
#include "postern/mime/decode.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace postern;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto name = imap::decode_modified_utf7(text)) {
        if (!mime::is_utf8(*name) || imap::encode_modified_utf7(*name) != text) std::abort();
    }
    const auto wire = imap::encode_modified_utf7(text);
    if (wire.has_value() != mime::is_utf8(text)) std::abort();
    if (wire && imap::decode_modified_utf7(*wire) != text) std::abort();
    (void)imap::check_mailbox_name(text);
    (void)imap::mailbox_to_wire(text, size % 2 == 0);
    return 0;
}
