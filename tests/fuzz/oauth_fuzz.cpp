// What authorization servers and browsers send, and the addresses in the settings.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "postern/gateway/oauth.hpp"

using namespace postern;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    http::Response response;
    response.status = data[0] % 2 == 0 ? 200 : 400;
    response.body = input;
    const auto answer = gateway::parse_token_answer(response);
    if (answer && (answer->access_token.empty() || answer->access_token.find('\1') != std::string::npos))
        __builtin_trap();
    const auto code = gateway::parse_device_code(response);
    if (code && code->interval.count() < 1) __builtin_trap();
    gateway::CodeRequest request;
    request.state = "state";
    const auto taken = gateway::code_of_redirection(request, input);
    if (taken && taken->empty()) __builtin_trap();
    const auto url = http::Url::parse(input);
    if (url && (url->host.empty() || url->target.find('\n') != std::string::npos)) __builtin_trap();
    if (http::form_decode(http::form_encode(http::form_decode(input))) != http::form_decode(input))
        __builtin_trap();
    return 0;
}
