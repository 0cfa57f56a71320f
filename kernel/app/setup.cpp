#include "kernel/app/setup.hpp"

#include <algorithm>

#include "kernel/app/host_interfaces.hpp"
#include "kernel/net/client_certificates.hpp"
#include "kernel/plugin/guard.hpp"
#include "kernel/plugin/plugin_directory.hpp"
#include "postern/config/nearest.hpp"
#include "postern/store/store.hpp"

namespace postern::app {

namespace {

void check_listeners(const Setup& setup, Diagnostics& problems) {
    const auto protocols = setup.plugins->lookup().all<Protocol>();
    std::vector<std::string_view> names;
    for (const auto& p : protocols) names.push_back(p.name);
    for (const auto& listener : setup.config.listeners) {
        auto* protocol = setup.plugins->lookup().find<Protocol>(listener.info.protocol);
        if (protocol != nullptr) {
            const auto fault =
                plugin::guarded([&] { protocol->configure_listener(listener.info, problems); });
            if (!fault.empty()) problems.error(listener.place, "the protocol threw an exception: " + fault);
            continue;
        }
        problems.error(listener.info.settings["protocol"].place(),
                       "no listed plugin speaks `" + listener.info.protocol + "`" +
                           suggestion(listener.info.protocol, names));
    }
    if (setup.config.listeners.empty()) {
        problems.warning(setup.config.root.place(), "there are no `listeners`: nobody can connect");
    }
}

void check_store(const Setup& setup, Diagnostics& problems) {
    const auto drivers = setup.plugins->lookup().all<store::StoreDriver>();
    const auto place = setup.config.root["plugins"].place();
    if (drivers.empty()) problems.error(place, "no storage plugin is listed; add `store-sqlite` or another");
    if (drivers.size() > 1) {
        problems.error(place, "two storage plugins are listed, `" + std::string(drivers[0].plugin) +
                                  "` and `" + std::string(drivers[1].plugin) + "`: list only one");
    }
}

void load_certificates(Setup& setup, Diagnostics& problems) {
    const auto& tls = setup.config.tls;
    if (tls.certificate.empty()) return;
    auto loaded = net::TlsServerContext::load(tls.certificate, tls.key);
    if (loaded) {
        setup.tls = std::move(*loaded);
    } else {
        problems.error(tls.place, loaded.error().text);
    }
    for (auto& listener : setup.config.listeners) {
        if (listener.client_authorities.empty()) continue;
        auto clients = net::ClientCertificates::load(listener.client_authorities, listener.client_account);
        if (clients)
            listener.clients = std::move(*clients);
        else
            problems.error(listener.info.settings["client_certificates"].place(), clients.error().text);
    }
}

}  // namespace

Setup prepare(const std::string& file, Diagnostics& problems) {
    Setup out;
    out.config = config::read_server_config(file, plugin::default_profile_directories(), problems);
    try {
        out.sink = std::make_unique<runtime::LogSink>(out.config.log.level, out.config.log.file);
    } catch (const std::exception& e) {
        problems.error(out.config.root["log"].place(), e.what());
        out.sink = std::make_unique<runtime::LogSink>(out.config.log.level, "");
    }
    out.runtime = std::make_unique<runtime::KernelRuntime>(out.config.server.cores);
    auto directories = plugin::default_plugin_directories();
    if (!out.config.server.plugin_directory.empty()) directories = {out.config.server.plugin_directory};
    out.plugins = std::make_unique<plugin::PluginHost>(*out.runtime, *out.sink, std::move(directories));
    if (out.config.root.kind() != ConfigNode::Kind::map) return out;
    out.plugins->load(out.config.plugins, out.config.root, host_interfaces(), problems);
    const auto sections = out.plugins->sections();
    config::check_sections(out.config.root, {sections.begin(), sections.end()}, problems);
    check_listeners(out, problems);
    check_store(out, problems);
    load_certificates(out, problems);
    return out;
}

void print(const Diagnostics& problems, std::ostream& out) {
    std::vector<Diagnostics::Entry> sorted = problems.entries();
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
        return std::tie(a.place.file, a.place.line, a.place.column) <
               std::tie(b.place.file, b.place.line, b.place.column);
    });
    for (const auto& e : sorted) {
        out << e.place.to_string() << (e.fatal ? ": error: " : ": warning: ") << e.text << '\n';
    }
}

}  // namespace postern::app
