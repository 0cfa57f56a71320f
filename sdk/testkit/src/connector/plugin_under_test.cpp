#include "connector/plugin_under_test.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <mutex>
#include <set>
#include <stdexcept>

#include "connector/run.hpp"
#include "postern/runtime/log.hpp"

namespace postern::testkit {

const postern_plugin& load_descriptor(const std::string& path) {
    const std::string absolute = std::filesystem::absolute(path).string();
    void* library = dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw std::runtime_error(dlerror());
    const void* symbol = dlsym(library, "postern_plugin_v1");
    if (symbol == nullptr) throw std::runtime_error(path + " has no postern_plugin_v1");
    return *static_cast<const postern_plugin*>(symbol);
}

std::string plugin_name(const std::string& path) {
    return std::filesystem::path(path).stem().string();
}

namespace {

class QuietLogger final : public Logger {
public:
    bool enabled(LogLevel /*level*/) const override { return false; }
    void write(LogLevel /*level*/, std::string_view /*event*/,
               std::initializer_list<LogField> /*fields*/) override {}
};

class LeaseBook final : public Lease::Holder {
public:
    void acquired(const std::string& name) override { held_.insert(name); }
    void released(const std::string& name) override {
        const auto found = held_.find(name);
        if (found != held_.end()) held_.erase(found);
    }
    std::vector<std::string> held() const { return {held_.begin(), held_.end()}; }

private:
    std::multiset<std::string> held_;
};

Task<void> with_lease(std::shared_ptr<Lease> lease, Task<void> task) {
    co_await std::move(task);
    lease.reset();
}

/// One core, which is the test's thread.
class KitRuntime final : public Runtime {
public:
    explicit KitRuntime(boost::asio::io_context& loop) : loop_(loop) {}

    std::size_t core_count() const override { return 1; }
    Executor core(std::size_t /*index*/) const override { return loop_.get_executor(); }
    bool post_to_lane(LaneKind /*kind*/, std::uint64_t /*key*/, std::function<void()> job) override {
        boost::asio::post(loop_, std::move(job));
        return true;
    }
    Lease lease(std::string name) override { return Lease(book_, std::move(name)); }
    void spawn(Executor executor, std::string name, Task<void> task) override {
        auto lease = std::make_shared<Lease>(book_, std::move(name));
        boost::asio::co_spawn(std::move(executor), with_lease(std::move(lease), std::move(task)),
                              [](std::exception_ptr error) {
                                  if (error) std::rethrow_exception(error);
                              });
    }
    bool stopping() const override { return stopping_; }

    void stop() { stopping_ = true; }
    std::vector<std::string> leases() const { return book_->held(); }

private:
    boost::asio::io_context& loop_;
    std::shared_ptr<LeaseBook> book_ = std::make_shared<LeaseBook>();
    bool stopping_ = false;
};

/// What the host offers: outgoing connections.
class KitLookup final : public Lookup {
public:
    explicit KitLookup(Dialer& dialer) : dialer_(dialer) {}

protected:
    void* find_object(const InterfaceId& id, std::string_view name) const override {
        return id.id == Dialer::interface_id.id && name.empty() ? &dialer_ : nullptr;
    }
    std::vector<const RegistryEntry*> entries(const InterfaceId& /*id*/) const override { return {}; }

private:
    Dialer& dialer_;
};

class KitRegistrar final : public Registrar {
public:
    explicit KitRegistrar(const Lookup& lookup) : lookup_(lookup) {}
    const Lookup& lookup() const override { return lookup_; }
    std::vector<Declared> declared;

protected:
    void add_object(const InterfaceId& id, std::string_view name, void* object) override {
        declared.push_back({std::string(id.id), std::string(name), object});
    }

private:
    const Lookup& lookup_;
};

Task<bool> started(Plugin* plugin) {
    auto result = co_await plugin->start();
    if (!result) throw std::runtime_error("start: " + result.error().to_string());
    co_return true;
}

Task<bool> stopped(Plugin* plugin) {
    co_await plugin->drain(std::chrono::steady_clock::now() + std::chrono::seconds(5));
    co_await plugin->stop();
    co_return true;
}

}  // namespace

class PluginUnderTest::KitHost final : public Host {
public:
    KitHost(std::string id, Dialer& dialer, boost::asio::io_context& loop)
        : lookup(dialer), registrar(lookup), id_(std::move(id)), runtime_(loop) {}
    std::string_view plugin_id() const override { return id_; }
    Logger& log() override { return log_; }
    KitRuntime& runtime() override { return runtime_; }

    KitLookup lookup;
    KitRegistrar registrar;

private:
    std::string id_;
    QuietLogger log_;
    KitRuntime runtime_;
};

PluginUnderTest::PluginUnderTest(const postern_plugin& descriptor, Dialer& dialer,
                                 boost::asio::io_context& loop)
    : loop_(loop), host_(std::make_unique<KitHost>(descriptor.id, dialer, loop)) {
    plugin_.reset(descriptor.create(*host_));
    if (plugin_ == nullptr) throw std::runtime_error("create() gave no plugin");
}

PluginUnderTest::~PluginUnderTest() = default;

void PluginUnderTest::set_up() {
    Diagnostics problems;
    plugin_->configure(ConfigNode(), problems);
    if (problems.has_errors()) throw std::runtime_error("configure: " + problems.entries().front().text);
    auto declared = plugin_->declare(host_->registrar);
    if (!declared) throw std::runtime_error("declare: " + declared.error().to_string());
    auto resolved = plugin_->resolve(host_->lookup);
    if (!resolved) throw std::runtime_error("resolve: " + resolved.error().to_string());
    run(loop_, started(plugin_.get()));
    started_ = true;
}

void PluginUnderTest::tear_down() {
    if (!started_) return;
    started_ = false;
    host_->runtime().stop();
    run(loop_, stopped(plugin_.get()));
}

const std::vector<Declared>& PluginUnderTest::declared() const {
    return host_->registrar.declared;
}

gateway::Connector* PluginUnderTest::connector(const std::string& name) const {
    for (const Declared& entry : declared()) {
        if (entry.interface == gateway::Connector::interface_id.id && entry.name == name)
            return static_cast<gateway::Connector*>(entry.object);
    }
    return nullptr;
}

std::vector<std::string> PluginUnderTest::leases() const {
    return host_->runtime().leases();
}

}  // namespace postern::testkit
