#include "postern/result.hpp"

#include <stdexcept>

namespace postern {

const char* to_string(Errc e) noexcept {
    switch (e) {
        case Errc::temporary:
            return "temporary";
        case Errc::not_found:
            return "not found";
        case Errc::already_exists:
            return "already exists";
        case Errc::conflict:
            return "conflict";
        case Errc::invalid:
            return "invalid";
        case Errc::permission_denied:
            return "permission denied";
        case Errc::authentication_failed:
            return "authentication failed";
        case Errc::unavailable:
            return "unavailable";
        case Errc::over_quota:
            return "over quota";
        case Errc::too_large:
            return "too large";
        case Errc::unsupported:
            return "unsupported";
        case Errc::cancelled:
            return "cancelled";
        case Errc::corrupt:
            return "corrupt";
        case Errc::protocol_violation:
            return "protocol violation";
        case Errc::internal:
            return "internal error";
    }
    return "unknown error";
}

namespace {

class PosternCategory final : public boost::system::error_category {
public:
    const char* name() const noexcept override { return "postern"; }
    std::string message(int value) const override { return to_string(static_cast<Errc>(value)); }
};

}  // namespace

const boost::system::error_category& error_category() noexcept {
    static const PosternCategory category;
    return category;
}

std::string Error::to_string() const {
    std::string out = postern::to_string(code);
    if (!text.empty()) out.append(": ").append(text);
    return out;
}

void throw_exception_from_error(const Error& e, const boost::source_location& where) {
    throw std::logic_error(e.to_string() + " (unchecked result at " + where.to_string() + ")");
}

}  // namespace postern
