#pragma once
// The answer to CAPA (RFC 2449 section 5).
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postern::pop3 {

struct Capabilities {
    bool known = false;  ///< the server answered CAPA
    bool user = false;
    bool uidl = false;
    bool top = false;
    bool stls = false;
    bool pipelining = false;
    bool response_codes = false;
    bool auth_response_code = false;
    std::vector<std::string> sasl;                    ///< mechanisms, upper case
    std::optional<std::chrono::seconds> login_delay;  ///< RFC 2449 section 6.5
    std::optional<int> expire_days;                   ///< RFC 2449 section 6.7; not set: NEVER, or not said
    std::string implementation;

    bool has_mechanism(std::string_view name) const;
    /// Takes in one line of the answer. Unknown capabilities and broken arguments are passed over.
    void add_line(std::string_view line);
};

}  // namespace postern::pop3
