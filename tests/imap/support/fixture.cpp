#include "tests/imap/support/fixture.hpp"

#include <dlfcn.h>

#include <algorithm>

#include "kernel/app/host_interfaces.hpp"
#include "kernel/config/yaml_reader.hpp"
#include "kernel/plugin/dependency_order.hpp"

namespace postern::imap::test {

namespace {

std::string library_file(const std::string& plugin) {
    return std::string(POSTERN_BUILD_DIRECTORY) + "/plugins/" + plugin + ".so";
}

}  // namespace

Task<Result<Identity>> FakeAuth::sign_in(Credentials credentials) {
    if (credentials.login == "nobody-home")
        co_return Error(Errc::unavailable, "the provider does not answer");
    const auto found = accounts.find(credentials.login);
    if (found == accounts.end() || credentials.password != "secret") {
        co_return Error(Errc::authentication_failed, "Wrong name or password");
    }
    co_return Identity{found->second, found->first};
}

std::string letter(unsigned number) {
    const std::string n = std::to_string(number);
    return "From: Anna <anna@example.org>\r\nTo: Ben <ben@example.org>\r\nSubject: Letter " + n +
           "\r\nDate: Mon, 02 Nov 2026 10:00:00 +0100\r\nMessage-ID: <" + n +
           "@example.org>\r\n\r\nBody of letter " + n + ".\r\n";
}

Result<void> LoadedGuards::check(const mail::GuardedOperation& operation) {
    for (mail::StoreGuard* guard : guards) {
        auto allowed = guard->check(operation);
        if (!allowed) return allowed;
    }
    return {};
}

bool LoadedGuards::depends_on_state(const mail::GuardedOperation& operation) {
    return std::ranges::any_of(guards, [&](auto* guard) { return guard->depends_on_state(operation); });
}

bool LoadedGuards::counts_attributes(const mail::Account& account) {
    return std::ranges::any_of(guards, [&](auto* guard) { return guard->counts_attributes(account); });
}

ImapFixture::ImapFixture()
    : service_(runtime_, store_, log_,
               [this] {
                   mail::MailOptions options;
                   options.clock = [this] { return clock_; };
                   // Searches meet indexed and unindexed mail.
                   options.index_least = 4;
                   options.index_delay = std::chrono::milliseconds(0);
                   return options;
               }(),
               {&guards_}),
      host_(runtime_),
      plugin_(host_) {
    EXPECT_TRUE(service_.start());
    for (const char* login : {"anna", "ben"}) {
        mail::NewAccount fresh;
        fresh.login = login;
        auto made = runtime_.run(service_.create_account(fresh));
        EXPECT_TRUE(made);
        auth_.accounts[login] = *made;
    }
    account_ = *runtime_.run(service_.open(auth_.accounts["anna"]));
}

std::vector<std::string> LoadedPlugins::dependents(std::string_view plugin) const {
    plugin::Description core;
    core.id = "imap";
    std::vector<const plugin::Description*> all{&core};
    for (const auto& description : descriptions) all.push_back(&description);
    const auto self = std::ranges::find(all, plugin, &plugin::Description::id);
    std::vector<std::string> out;
    if (self == all.end()) return out;
    for (const auto i :
         plugin::dependents_of(static_cast<std::size_t>(self - all.begin()), all, app::host_interfaces()))
        out.push_back(all[i]->id);
    return out;
}

ImapFixture::~ImapFixture() {
    for (const auto& client : clients_) client->hang_up();
    runtime_.settle();
}

plugin::Description describe(const std::string& plugin) {
    auto file = plugin::PluginFile::open(library_file(plugin));
    EXPECT_TRUE(file) << file.error().to_string();
    return file->description();
}

void ImapFixture::load(const std::string& plugin, const std::string& settings) {
    const std::string file = library_file(plugin);
    // Never closed: types of the library may be in use until the program ends.
    void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library, nullptr) << dlerror();
    const auto* descriptor = static_cast<const postern_plugin*>(dlsym(library, "postern_plugin_v1"));
    ASSERT_NE(descriptor, nullptr) << file;
    std::unique_ptr<Plugin> made(descriptor->create(host_));
    Diagnostics problems;
    made->configure(settings.empty() ? ConfigNode() : config::read_yaml_text(settings, plugin, problems),
                    problems);
    EXPECT_FALSE(problems.has_errors());
    extensions_.emplace_back(plugin, std::move(made));
    catalogue_.descriptions.push_back(describe(plugin));
}

void ImapFixture::configure_listener(const std::string& yaml) {
    listener_.settings = config::read_yaml_text(yaml, "listener", problems_);
}

void ImapFixture::start() {
    if (std::exchange(started_, true)) return;
    registry_.provide<AuthService>(auth_);
    registry_.provide<PluginCatalogue>(catalogue_);
    registry_.provide<mail::MailService>(service_);
    const auto declare = [&](const std::string& name, Plugin& plugin) {
        plugin::RegistryTable::Transaction transaction(registry_, name);
        auto declared = plugin.declare(transaction);
        ASSERT_TRUE(declared) << declared.error().to_string();
        auto committed = transaction.commit();
        ASSERT_TRUE(committed) << committed.error().to_string();
    };
    declare("imap", plugin_);
    for (const auto& [name, extension] : extensions_) declare(name, *extension);
    if (listener_.settings.exists()) {
        static_cast<const Lookup&>(registry_).find<Protocol>("imap")->configure_listener(listener_,
                                                                                         problems_);
    }
    for (const auto& guard : static_cast<const Lookup&>(registry_).all<mail::StoreGuard>())
        guards_.guards.push_back(guard.object);
    std::ranges::sort(guards_.guards, {}, [](const mail::StoreGuard* guard) { return guard->order(); });
    ASSERT_TRUE(plugin_.resolve(registry_));
    for (const auto& [name, extension] : extensions_) ASSERT_TRUE(extension->resolve(registry_)) << name;
}

Client& ImapFixture::connect() {
    start();
    auto pipe = std::make_shared<Pipe>(runtime_.core(0));
    auto* protocol = static_cast<const Lookup&>(registry_).find<Protocol>("imap");
    runtime_.spawn(runtime_.core(0), "test",
                   protocol->serve(std::make_unique<PipeConnection>(pipe), listener_));
    runtime_.settle();
    clients_.push_back(std::make_unique<Client>(runtime_, pipe));
    return *clients_.back();
}

Client& ImapFixture::sign_in() {
    Client& client = connect();
    client.take();
    EXPECT_TRUE(client.command("LOGIN anna secret").ok());
    return client;
}

Client& ImapFixture::open(std::string_view mailbox) {
    Client& client = sign_in();
    EXPECT_TRUE(client.command("SELECT " + std::string(mailbox)).ok());
    return client;
}

void ImapFixture::deliver(std::string_view mailbox, const std::vector<std::string>& messages) {
    mail::DeliveryRequest request;
    request.mailbox = account_->find_mailbox(mailbox)->id;
    for (const std::string& text : messages) {
        mail::NewMail mail;
        mail.content = std::make_shared<const std::string>(text);
        request.messages.push_back(std::move(mail));
    }
    EXPECT_TRUE(runtime_.run(account_->deliver(std::move(request))));
}

void ImapFixture::deliver(std::string_view mailbox, unsigned count) {
    std::vector<std::string> messages;
    for (unsigned i = 0; i < count; ++i) messages.push_back(letter(next_message_++));
    deliver(mailbox, messages);
}

}  // namespace postern::imap::test
