// The daemon. Signals are taken by the main thread alone, synchronously.
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "kernel/app/options.hpp"
#include "kernel/app/server.hpp"
#include "kernel/runtime/sd_notify.hpp"

namespace {

using namespace std::chrono_literals;

/// Stopping takes less than five seconds, whatever hangs.
constexpr auto stop_time = 4500ms;
constexpr auto last_resort = 4900ms;

sigset_t handled_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
    return set;
}

int check(const std::string& file) {
    postern::Diagnostics problems;
    {
        const auto setup = postern::app::prepare(file, problems);
        static_cast<void>(setup);
    }
    postern::app::print(problems, std::cout);
    if (problems.has_errors()) return EXIT_FAILURE;
    std::cout << file << ": no mistakes found\n";
    return EXIT_SUCCESS;
}

/// Ends the process without waiting for anybody: threads still use its parts.
[[noreturn]] void leave(int status) {
    std::cout.flush();
    std::_Exit(status);
}

int stop(postern::app::Server& server) {
    postern::runtime::sd_notify("STOPPING=1");
    std::thread([] {
        std::this_thread::sleep_for(last_resort);
        leave(EXIT_FAILURE);
    }).detach();
    if (!server.stop(stop_time)) leave(EXIT_FAILURE);
    return EXIT_SUCCESS;
}

int serve(const std::string& file) {
    postern::Diagnostics problems;
    auto setup = postern::app::prepare(file, problems);
    postern::app::print(problems, std::cerr);
    if (problems.has_errors()) return EXIT_FAILURE;
    postern::app::Server server(std::move(setup));
    const auto started = server.start();
    if (!started) {
        std::cerr << "postern: " << started.error().text << '\n';
        stop(server);
        return EXIT_FAILURE;
    }
    std::cout << "ready: " << server.addresses() << std::endl;
    postern::runtime::sd_notify("READY=1");
    const sigset_t signals = handled_signals();
    while (true) {
        int signal = 0;
        sigwait(&signals, &signal);
        if (signal != SIGHUP) return stop(server);
        server.reload();
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = postern::app::parse_options(argc, argv);
    if (!options) {
        std::cerr << "postern: " << options.error().text << "\nTry `postern --help`.\n";
        return 2;
    }
    if (options->help) {
        std::cout << postern::app::help_text();
        return EXIT_SUCCESS;
    }
    if (options->version) {
        std::cout << "postern " POSTERN_VERSION "\n";
        return EXIT_SUCCESS;
    }
    if (options->check) return check(options->config);
    // Before the first thread: they all inherit the mask.
    const sigset_t signals = handled_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return serve(options->config);
}
