// source authorize: the user's consent to collect his mail with OAuth 2.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>

#include "kernel/net/dialer.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/output.hpp"
#include "tools/posternctl/redirection.hpp"
#include "tools/posternctl/source_access.hpp"
#include "tools/posternctl/terminal.hpp"

namespace posternctl {

using namespace postern;
using gateway::Fault;
using gateway::FaultKind;
using gateway::Outcome;
using gateway::TokenAnswer;

namespace {

template <class T>
T run(boost::asio::io_context& loop, Task<T> task) {
    std::optional<T> result;
    boost::asio::co_spawn(loop, std::move(task), [&result](std::exception_ptr error, T value) {
        if (error) std::rethrow_exception(error);
        result.emplace(std::move(value));
    });
    loop.restart();
    while (!result && loop.run_one() > 0) {
    }
    if (!result) throw std::logic_error("the loop ran dry");
    return std::move(*result);
}

bool passes(const Fault& fault) {
    return fault.kind == FaultKind::transient || fault.kind == FaultKind::offline;
}

/// Until the user has decided or the code has run out (RFC 8628 section 3.5).
Task<Outcome<TokenAnswer>> wait_for_device(Dialer* dialer, gateway::OAuthProvider provider,
                                           gateway::DeviceCode code) {
    const auto end = std::chrono::steady_clock::now() + code.lifetime;
    while (std::chrono::steady_clock::now() < end) {
        auto slept = co_await sleep_for(code.interval);
        if (!slept) co_return Fault(FaultKind::transient, slept.error().text);
        auto answer = co_await gateway::poll_device_code(dialer, provider, &code);
        if (answer && *answer) co_return std::move(**answer);
        if (!answer && !passes(answer.error())) co_return answer.error();
    }
    co_return Fault(FaultKind::permanent, "nobody confirmed in time");
}

Outcome<TokenAnswer> device_flow(boost::asio::io_context& loop, Dialer& dialer,
                                 const gateway::OAuthProvider& provider) {
    auto code = run(loop, gateway::ask_device_code(&dialer, provider));
    if (!code) return code.error();
    Report report;
    report.set("verification_uri", code->verification_uri);
    report.set("verification_uri_complete", code->verification_uri_complete);
    report.set("user_code", code->user_code);
    report.set("seconds", code->lifetime.count());
    report.say("Open " + one_line(code->verification_uri) + "\nand enter " + one_line(code->user_code) +
               "\nwithin " + std::to_string(code->lifetime.count() / 60) + " minutes.");
    if (!code->verification_uri_complete.empty())
        report.say("Or open " + one_line(code->verification_uri_complete));
    report.print_now();
    return run(loop, wait_for_device(&dialer, provider, std::move(*code)));
}

Outcome<TokenAnswer> code_flow(boost::asio::io_context& loop, Dialer& dialer,
                               const gateway::OAuthProvider& provider) {
    Redirection redirection(loop);
    const auto request = gateway::make_code_request(provider, redirection.address());
    Report report;
    report.set("address", request.address);
    report.say("Open this in a browser:\n\n  " + request.address +
               "\n\nIf the browser runs on another machine, its last page cannot be shown: paste its "
               "address here.");
    report.print_now();
    auto code = gateway::code_of_redirection(request, redirection.wait());
    if (!code) return code.error();
    return run(loop, gateway::exchange_code(&dialer, provider, request, std::move(*code)));
}

}  // namespace

int source_authorize(const Invocation& call) {
    auto words = call.arguments;
    const bool wants_code = !words.empty() && words.back() == "--browser";
    if (wants_code) words.pop_back();
    if (words.empty() || words.size() > 2) {
        return fail("usage: posternctl source authorize LOGIN [NAME-THERE] [--browser]", 2);
    }
    const auto access = open_store(call.config, Purpose::write);
    if (!access) return 1;
    const auto chosen = choose_source(*access, words[0], words.size() == 2 ? words[1] : "");
    if (!chosen) return 1;
    const auto provider = find_oauth(*access, find_provider(*access, chosen->config.provider));
    if (!provider || chosen->config.credential != gateway::CredentialKind::oauth_token) {
        return fail("this source needs no consent: its entry of `accounts:` has no `oauth`");
    }
    const bool browser = wants_code || provider->device_endpoint.empty();
    if (browser && provider->authorize_endpoint.empty()) return fail("`oauth:` names no `authorize` address");
    boost::asio::io_context loop{1};
    net::DialerImpl dialer;
    auto answer = browser ? code_flow(loop, dialer, *provider) : device_flow(loop, dialer, *provider);
    if (!answer) return fail(answer.error().text);
    if (answer->refresh_token.empty()) {
        return fail("the authorization server gave no refresh token: look at `scopes` (offline_access?)");
    }
    const int status = store_secret(*access, *chosen, answer->refresh_token);
    if (status != 0) return status;
    Report report;
    report.set("login", words[0]);
    report.say("authorized; the source is polled at once");
    return report.finish();
}

}  // namespace posternctl
