#include "postern/auth/saslprep.hpp"

#include <unicode/usprep.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

namespace postern {

namespace {

constexpr std::size_t max_text = 4096;

const UStringPrepProfile* profile() {
    static const std::unique_ptr<UStringPrepProfile, decltype(&usprep_close)> opened = [] {
        UErrorCode status = U_ZERO_ERROR;
        auto* made = usprep_openByType(USPREP_RFC4013_SASLPREP, &status);
        if (U_FAILURE(status)) throw std::runtime_error("ICU has no data for SASLprep");
        return std::unique_ptr<UStringPrepProfile, decltype(&usprep_close)>(made, &usprep_close);
    }();
    return opened.get();
}

bool is_printable_ascii(char c) {
    return c >= 0x20 && c < 0x7f;
}

}  // namespace

std::optional<std::string> saslprep(std::string_view text) {
    if (text.size() > max_text) return std::nullopt;
    // Prepared already; that is nearly all there is.
    if (std::ranges::all_of(text, is_printable_ascii)) return std::string(text);
    UErrorCode status = U_ZERO_ERROR;
    std::vector<UChar> wide(text.size());
    std::int32_t length = 0;
    u_strFromUTF8(wide.data(), static_cast<std::int32_t>(wide.size()), &length, text.data(),
                  static_cast<std::int32_t>(text.size()), &status);
    if (U_FAILURE(status)) return std::nullopt;
    // NFKC makes at most eighteen of one.
    std::vector<UChar> prepared(wide.size() * 18);
    const std::int32_t size =
        usprep_prepare(profile(), wide.data(), length, prepared.data(),
                       static_cast<std::int32_t>(prepared.size()), USPREP_ALLOW_UNASSIGNED, nullptr, &status);
    if (U_FAILURE(status)) return std::nullopt;
    std::string out(static_cast<std::size_t>(size) * 3, '\0');
    std::int32_t written = 0;
    u_strToUTF8(out.data(), static_cast<std::int32_t>(out.size()), &written, prepared.data(), size, &status);
    if (U_FAILURE(status)) return std::nullopt;
    out.resize(static_cast<std::size_t>(written));
    return out;
}

}  // namespace postern
