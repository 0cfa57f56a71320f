#include "tests/support/protocol_fixture.hpp"

#include "kernel/config/yaml_reader.hpp"

namespace postern::test {

Task<Result<Identity>> FakeAuth::sign_in(Credentials credentials) {
    last = credentials;
    if (credentials.login == "nobody-home")
        co_return Error(Errc::unavailable, "the provider does not answer");
    const auto found = accounts.find(credentials.login);
    if (found == accounts.end() || credentials.password != "secret")
        co_return Error(Errc::authentication_failed, "Wrong name or password");
    co_return Identity{found->second, found->first};
}

Result<void> ScriptedGuard::check(const mail::GuardedOperation& operation) {
    const bool here = mailbox.empty() || (operation.mailbox != nullptr && operation.mailbox->name == mailbox);
    if (kind == operation.kind && here) return error;
    return {};
}

void LineClient::send(std::string_view octets) {
    pipe_->to_server += octets;
    pipe_->notify();
    runtime_.settle();
}

std::string LineClient::take() {
    runtime_.settle();
    return std::exchange(pipe_->to_client, {});
}

std::string LineClient::say(std::string_view line) {
    send(std::string(line) + "\r\n");
    return take();
}

void LineClient::hang_up() {
    pipe_->client_closed = true;
    pipe_->notify();
    runtime_.settle();
}

ProtocolFixture::ProtocolFixture()
    : service_(runtime_, store_, log_,
               [this] {
                   mail::MailOptions options;
                   options.clock = [this] { return clock_; };
                   return options;
               }(),
               {&guard_}),
      host_(runtime_) {
    EXPECT_TRUE(service_.start());
    for (const char* login : {"anna", "ben@example.org"}) {
        mail::NewAccount fresh;
        fresh.login = login;
        auto made = runtime_.run(service_.create_account(fresh));
        EXPECT_TRUE(made);
        auth_.accounts[login] = *made;
    }
    registry_.provide<AuthService>(auth_);
    registry_.provide<mail::MailService>(service_);
    registry_.provide<mail::GroupedDelivery>(deliveries_);
}

// Not in the destructor: sessions end while the plugins, which derived fixtures own, still live.
void ProtocolFixture::TearDown() {
    for (const auto& client : clients_) client->hang_up();
    runtime_.settle();
}

void ProtocolFixture::add(const std::string& name, Plugin& plugin, const std::string& settings) {
    Diagnostics problems;
    plugin.configure(settings.empty() ? ConfigNode() : config::read_yaml_text(settings, name, problems),
                     problems);
    EXPECT_FALSE(problems.has_errors());
    plugins_.emplace_back(name, &plugin);
}

void ProtocolFixture::start() {
    for (const auto& [name, plugin] : plugins_) {
        plugin::RegistryTable::Transaction transaction(registry_, name);
        auto declared = plugin->declare(transaction);
        ASSERT_TRUE(declared) << declared.error().to_string();
        auto committed = transaction.commit();
        ASSERT_TRUE(committed) << committed.error().to_string();
    }
    for (const auto& [name, plugin] : plugins_) {
        auto resolved = plugin->resolve(registry_);
        ASSERT_TRUE(resolved) << name << ": " << resolved.error().to_string();
    }
}

LineClient& ProtocolFixture::connect(std::string_view protocol) {
    auto pipe = std::make_shared<Pipe>(runtime_.core(0));
    auto* served = static_cast<const Lookup&>(registry_).find<Protocol>(protocol);
    runtime_.spawn(runtime_.core(0), "test",
                   served->serve(std::make_unique<PipeConnection>(pipe), listener_));
    runtime_.settle();
    clients_.push_back(std::make_unique<LineClient>(runtime_, pipe));
    return *clients_.back();
}

std::shared_ptr<mail::Account> ProtocolFixture::account(const std::string& login) {
    auto open = runtime_.run(service_.open(auth_.accounts.at(login)));
    EXPECT_TRUE(open);
    return *open;
}

std::vector<std::string> ProtocolFixture::contents(const std::string& login, std::string_view mailbox) {
    const auto owner = account(login);
    const auto* info = owner->find_mailbox(mailbox);
    if (info == nullptr) return {"(no such mailbox)"};
    const auto open = *runtime_.run(owner->open_mailbox(info->id));
    std::vector<MessageId> ids;
    for (std::size_t slot = 0; slot < open->slot_count(); ++slot) {
        if (open->columns().is_alive(static_cast<mail::Slot>(slot)))
            ids.push_back(open->columns().message[slot]);
    }
    std::vector<std::string> out;
    for (const auto& message : *runtime_.run(owner->load_messages(ids)))
        out.push_back(*runtime_.run(owner->read_content(message, 0, 1 << 20)));
    return out;
}

void ProtocolFixture::store(const std::string& login, std::string_view mailbox, const std::string& content) {
    const auto owner = account(login);
    mail::DeliveryRequest request;
    request.mailbox = owner->find_mailbox(mailbox)->id;
    mail::NewMail mail;
    mail.content = std::make_shared<const std::string>(content);
    request.messages.push_back(std::move(mail));
    EXPECT_TRUE(runtime_.run(owner->deliver(std::move(request))));
}

}  // namespace postern::test
