#include "kernel/plugin/plugin_host.hpp"

#include <algorithm>
#include <filesystem>

#include "kernel/plugin/guard.hpp"
#include "kernel/plugin/plugin_directory.hpp"
#include "kernel/plugin/plugin_settings.hpp"
#include "postern/config/nearest.hpp"

namespace postern::plugin {

namespace {

/// What one plugin is given.
class PluginHostView final : public Host {
public:
    PluginHostView(std::string id, runtime::KernelRuntime& runtime, runtime::LogSink& sink)
        : id_(std::move(id)),
          log_(sink, id_),
          ledger_(std::make_shared<runtime::LeaseLedger>()),
          runtime_(runtime.facade(ledger_, log_)) {}

    std::string_view plugin_id() const override { return id_; }
    Logger& log() override { return log_; }
    Runtime& runtime() override { return *runtime_; }
    runtime::LeaseLedger& ledger() { return *ledger_; }

private:
    std::string id_;
    runtime::OwnerLogger log_;
    std::shared_ptr<runtime::LeaseLedger> ledger_;
    std::unique_ptr<Runtime> runtime_;
};

}  // namespace

struct PluginHost::Record {
    config::PluginEntry entry;
    PluginFile file;
    std::unique_ptr<PluginHostView> view;
    std::unique_ptr<Plugin> plugin;
    bool usable = true;
    bool started = false;

    const std::string& id() const { return file.description().id; }
};

PluginHost::PluginHost(runtime::KernelRuntime& runtime, runtime::LogSink& sink,
                       std::vector<std::string> directories)
    : runtime_(runtime), sink_(sink), log_(sink, "kernel"), directories_(std::move(directories)) {
    registry_.provide<PluginCatalogue>(*this);
}

PluginHost::~PluginHost() {
    while (!records_.empty()) records_.pop_back();
}

void PluginHost::report(const config::PluginEntry& entry, const std::string& text, Diagnostics& problems) {
    const std::string line = "plugin `" + entry.name + "` " + text;
    if (entry.optional) {
        problems.warning(entry.place, line + " (it is optional and left out)");
    } else {
        problems.error(entry.place, line);
    }
}

bool PluginHost::load(const std::vector<config::PluginEntry>& list, const ConfigNode& root,
                      const std::vector<InterfaceRef>& host, Diagnostics& problems) {
    own_ = host;
    find_files(list, problems);
    put_in_order(problems);
    for (auto& record : records_) set_up(*record, root, problems);
    for (auto& record : records_) {
        if (record->usable) declare(*record, problems);
    }
    std::erase_if(records_, [](const auto& record) { return !record->usable; });
    return !problems.has_errors();
}

void PluginHost::find_files(const std::vector<config::PluginEntry>& list, Diagnostics& problems) {
    for (const auto& entry : list) {
        if (auto record = find_file(entry, problems)) records_.push_back(std::move(record));
    }
}

std::unique_ptr<PluginHost::Record> PluginHost::find_file(const config::PluginEntry& entry,
                                                          Diagnostics& problems) {
    const auto path = find_plugin(directories_, entry.name);
    if (path.empty()) {
        const auto names = plugin_names(directories_);
        const std::vector<std::string_view> known(names.begin(), names.end());
        report(entry,
               "does not exist: there is no " + entry.name + ".so in " + join(directories_) +
                   suggestion(entry.name, known),
               problems);
        return nullptr;
    }
    auto file = PluginFile::open(path);
    if (!file) {
        report(entry, "cannot be used: " + file.error().text, problems);
        return nullptr;
    }
    if (!file->abi_differences().empty()) {
        std::string text =
            "was built differently from this server; rebuild it with this server's SDK (" + path + ")";
        for (const auto& line : file->abi_differences()) text += "\n    " + line;
        report(entry, text, problems);
        return nullptr;
    }
    if (file->description().id != entry.name) {
        report(entry,
               "calls itself `" + file->description().id + "` in " + path +
                   "; the file must be named after the plugin",
               problems);
        return nullptr;
    }
    return std::make_unique<Record>(Record{entry, std::move(*file), nullptr, nullptr});
}

std::vector<const Description*> PluginHost::descriptions() const {
    std::vector<const Description*> out;
    for (const auto& record : records_) out.push_back(&record->file.description());
    return out;
}

void PluginHost::put_in_order(Diagnostics& problems) {
    while (true) {
        const auto order = order_plugins(descriptions(), own_);
        // Leaving out one plugin may take away what another requires.
        if (drop_unusable(order, problems)) continue;
        std::vector<std::unique_ptr<Record>> sorted;
        for (const auto i : order.order) sorted.push_back(std::move(records_[i]));
        records_ = std::move(sorted);
        return;
    }
}

bool PluginHost::drop_unusable(const DependencyOrder& order, Diagnostics& problems) {
    if (order.problems.empty()) return false;
    for (const auto& [index, text] : order.problems) {
        report(records_[index]->entry, text + hint_for(text), problems);
        records_[index]->usable = false;
    }
    std::erase_if(records_, [](const auto& record) { return !record->usable; });
    return true;
}

/// For a missing requirement: which of the plugins at hand would fulfil it.
std::string PluginHost::hint_for(const std::string& problem) const {
    const std::string missing = "requires `";
    if (problem.find("no listed plugin provides") == std::string::npos) return "";
    const auto start = problem.find(missing) + missing.size();
    const auto id = problem.substr(start, problem.find('`', start) - start);
    for (const auto& name : plugin_names(directories_)) {
        if (name == id) return "; add `" + name + "` to the list";
        const auto file = PluginFile::open(find_plugin(directories_, name));
        if (!file) continue;
        for (const auto& offered : file->description().provides) {
            if (offered.id == id) return "; `" + name + "` does: add it to the list";
        }
    }
    return "";
}

void PluginHost::set_up(Record& record, const ConfigNode& root, Diagnostics& problems) {
    record.view = std::make_unique<PluginHostView>(record.id(), runtime_, sink_);
    auto created = record.file.create(*record.view);
    if (!created) {
        report(record.entry, "cannot be used: " + created.error().text, problems);
        record.usable = false;
        return;
    }
    record.plugin = std::move(*created);
    // What an optional plugin finds wrong in its settings is still a mistake of the file.
    const auto settings = plugin_settings(record.file.description(), record.entry.settings, root);
    check_settings(record.file.description(), record.entry.settings, problems);
    const auto fault = guarded([&] { record.plugin->configure(settings, problems); });
    if (!fault.empty()) {
        report(record.entry, "threw an exception from configure: " + fault, problems);
        record.usable = false;
    }
}

void PluginHost::declare(Record& record, Diagnostics& problems) {
    RegistryTable::Transaction transaction(registry_, record.id());
    Result<void> result;
    const auto fault = guarded([&] { result = record.plugin->declare(transaction); });
    if (fault.empty() && result) result = transaction.commit();
    if (fault.empty() && result) return;
    record.usable = false;
    report(record.entry, fault.empty() ? result.error().text : "threw an exception from declare: " + fault,
           problems);
}

std::vector<std::string> PluginHost::sections() const {
    std::vector<std::string> names;
    for (const auto& record : records_) {
        for (auto& name : record->file.description().sections()) names.push_back(std::move(name));
    }
    return names;
}

std::vector<std::string> PluginHost::dependents(std::string_view plugin) const {
    const auto all = descriptions();
    const auto self = std::ranges::find(all, plugin, &Description::id);
    std::vector<std::string> out;
    if (self == all.end()) return out;
    for (const std::size_t i : dependents_of(static_cast<std::size_t>(self - all.begin()), all, own_))
        out.push_back(all[i]->id);
    return out;
}

Result<void> PluginHost::resolve() {
    for (auto& record : records_) {
        Result<void> result;
        const auto fault = guarded([&] { result = record->plugin->resolve(registry_); });
        if (!fault.empty()) result = Error(Errc::internal, "threw an exception from resolve: " + fault);
        if (!result)
            return Error(result.error().code, "plugin `" + record->id() + "`: " + result.error().text);
    }
    registry_.seal();
    return {};
}

Result<void> PluginHost::start() {
    for (auto& record : records_) {
        Result<void> result;
        const auto fault =
            guarded([&] { result = runtime::run_and_wait(runtime_.core(0), record->plugin->start()); });
        if (!fault.empty()) result = Error(Errc::internal, "threw an exception from start: " + fault);
        if (!result)
            return Error(result.error().code, "plugin `" + record->id() + "`: " + result.error().text);
        record->started = true;
        log_.debug("plugin started", {{"id", record->id()}, {"version", record->file.description().version}});
    }
    return {};
}

void PluginHost::drain(std::chrono::steady_clock::time_point deadline) {
    for (auto record = records_.rbegin(); record != records_.rend(); ++record) {
        if (!(*record)->started) continue;
        const auto fault = guarded(
            [&] { runtime::run_and_wait(runtime_.core(0), (*record)->plugin->drain(deadline), deadline); });
        if (!fault.empty())
            log_.error("a plugin failed to drain", {{"id", (*record)->id()}, {"what", fault}});
    }
}

bool PluginHost::stop(std::chrono::steady_clock::time_point deadline) {
    bool complete = true;
    for (auto record = records_.rbegin(); record != records_.rend(); ++record) {
        if (!(*record)->started) continue;
        (*record)->started = false;
        const auto fault =
            guarded([&] { runtime::run_and_wait(runtime_.core(0), (*record)->plugin->stop(), deadline); });
        if (!fault.empty()) {
            log_.error("a plugin failed to stop", {{"id", (*record)->id()}, {"what", fault}});
            complete = false;
        }
        auto& ledger = (*record)->view->ledger();
        if (ledger.wait_until_free(deadline)) continue;
        log_.error("a plugin did not give back its leases",
                   {{"id", (*record)->id()}, {"leases", ledger.names()}});
        complete = false;
    }
    return complete;
}

std::vector<std::pair<std::string, std::string>> PluginHost::loaded() const {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& record : records_) out.emplace_back(record->id(), record->file.description().version);
    return out;
}

}  // namespace postern::plugin
