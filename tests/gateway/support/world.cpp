#include "tests/gateway/support/world.hpp"

#include "postern/gateway/brake.hpp"

#include "kernel/config/yaml_reader.hpp"
#include "tests/gateway/support/one_connector.hpp"

namespace postern::gateway::test {

namespace {

mail::MailOptions options_with(UnixTime& clock) {
    mail::MailOptions options;
    options.clock = [&clock] { return clock; };
    return options;
}

}  // namespace

Node::Node(store::Store& inner, StoreHooks& hooks, const Settings& settings, UnixTime& clock,
           std::vector<mail::StoreGuard*> guards)
    : store(inner, hooks),
      service(runtime, store, log, options_with(clock), std::move(guards)),
      engine(runtime, log, settings, service, sealer),
      sign_in(engine, hasher) {
    engine.use_keys(sealer);
}

World::World() {
    reset();
}

void World::reset() {
    node_.reset();
    folder_.reset();
    provider_ = FakeProvider();
    hooks_ = StoreHooks();
    account_ = AccountId{};
    folder_ = make_store_folder();
    store_ = &folder_->store();
    wire();
    configure("");
}

void World::wire() {
    ledger_ = std::make_unique<Ledger>(provider_);
    provider_.clock = &clock_;
    provider_.audit_delete = [this](const FakeProvider::Message& m) { ledger_->delete_arrived(m); };
    provider_.audit_commit = [this](const auto& fetched) { ledger_->session_confirmed(fetched); };
    hooks_.committed = [this](const store::Transaction& transaction, const store::CommitResult& result) {
        if (audited_ && (account_ == AccountId{} || transaction.account == account_))
            ledger_->committed(transaction, result);
    };
}

World::~World() {
    node_.reset();
}

void World::TearDown() {
    if (audited_ && node_ && node_->account) audit();
}

void World::audit() {
    std::set<MessageId> living;
    for (const auto& info : std::vector<mail::MailboxInfo>(node_->account->mailboxes())) {
        const auto box = must(node_->runtime.run(node_->account->open_mailbox(info.id)));
        ledger_->look_at(info, *box);
        const auto columns = box->columns();
        for (mail::Slot slot = 0; slot < box->slot_count(); ++slot) {
            if (columns.is_alive(slot)) living.insert(columns.message[slot]);
        }
    }
    std::vector<MessageId> recoverable;
    for (const auto& row : must(node_->runtime.run(node_->account->list_recoverable(100'000)))) {
        recoverable.push_back(row.id);
    }
    ledger_->look_for_losses(living, recoverable);
    EXPECT_LE(provider_.most_sessions, 1) << "I11: two sessions at once";
    const auto& logins = provider_.logins;
    for (std::size_t i = 1; i < logins.size() && provider_.login_delay.count() > 0; ++i) {
        EXPECT_GE(logins[i] - logins[i - 1], provider_.login_delay.count()) << "I11: sooner than allowed";
    }
}

void World::configure(const std::string& more, const std::string& sections) {
    Diagnostics problems;
    std::string text = "accounts: { \"*\": { source: fake, server: \"127.0.0.1:110\", tls: none";
    if (more.find("notices") == std::string::npos) text += ", notices: false";
    text += (more.empty() ? "" : ", " + more) + " } }\n" + sections;
    settings_.read(config::read_yaml_text(text, "test", problems), problems);
    EXPECT_FALSE(problems.has_errors()) << problems.entries().front().text;
    const auto resolved = settings_.resolve(OneConnector(*plugged_));
    EXPECT_TRUE(resolved) << resolved.error().to_string();
    if (node_) start();
}

void World::start() {
    node_.reset();
    node_ = std::make_unique<Node>(
        *store_, hooks_, settings_, clock_,
        limited_ ? std::vector<mail::StoreGuard*>{&limit_} : std::vector<mail::StoreGuard*>{});
    if (account_ == AccountId{}) return;
    auto sources = must(node_->runtime.run(node_->service.list_sources(account_)));
    node_->account = must(node_->runtime.run(node_->service.open(account_)));
    node_->worker =
        std::make_shared<Worker>(node_->engine, Source::of(sources.at(0), settings_), node_->runtime.core(0));
}

void World::provision() {
    start();
    mail::NewAccount fresh;
    fresh.login = "user@example.net";
    account_ = must(node_->runtime.run(node_->service.create_account(fresh)));
    Source source;
    source.row.account = account_;
    source.row.id = source_ = SourceId{node_->service.new_id()};
    source.row.connector = "fake";
    source.row.epoch = 1;
    source.config.provider = "*";
    source.config.remote_login = "user@example.net";
    source.config.created_at = clock_;
    source.facts.seen_at = clock_;
    source.set_password("secret", node_->sealer);
    auto saved = node_->runtime.run(node_->service.put_source(source.packed()));
    ASSERT_TRUE(saved) << saved.error().to_string();
    start();
}

namespace {
// Task<void> has no value to wait for.
Task<bool> polled(std::shared_ptr<Worker> worker) {
    co_await worker->poll();
    co_return true;
}
}  // namespace

SessionReport World::poll(UnixTime after) {
    clock_ += after;
    const std::size_t before = ledger_->receipt_writes();
    node_->runtime.run(polled(node_->worker));
    const SessionReport& report = node_->worker->last_report();
    if (!report.end && report.end.error().kind == FaultKind::auth_failed) {
        EXPECT_EQ(ledger_->receipt_writes(), before) << "I13: a refused sign-in changed something";
    }
    return report;
}

bool World::poll_until_crash(int at) {
    int count = 0;
    set_step([&count, at] {
        if (++count == at) throw Crash();
    });
    bool crashed = false;
    try {
        poll();
    } catch (const Crash&) {
        crashed = true;
    }
    set_step(nullptr);
    if (crashed) start();
    return crashed;
}

std::shared_ptr<mail::Mailbox> World::mailbox(std::string_view name) {
    const auto* info = node_->account->find_mailbox(name);
    return must(node_->runtime.run(node_->account->open_mailbox(info->id)));
}

std::vector<mail::Slot> World::slots(std::string_view name) {
    auto box = mailbox(name);
    std::vector<mail::Slot> out;
    for (mail::Slot s = 0; s < box->slot_count(); ++s) {
        if (box->columns().is_alive(s)) out.push_back(s);
    }
    return out;
}

std::vector<std::string> World::contents(std::string_view name) {
    auto box = mailbox(name);
    std::vector<MessageId> ids;
    for (const auto slot : slots(name)) ids.push_back(box->columns().message[slot]);
    auto loaded = must(node_->runtime.run(node_->account->load_messages(ids)));
    std::vector<std::string> out;
    for (const auto& message : loaded) {
        const auto size = message->record.size();
        out.push_back(must(node_->runtime.run(node_->account->read_content(message, 0, size))));
    }
    return out;
}

mail::Slot World::slot_of(const std::string& content, std::string_view name) {
    const auto all = contents(name);
    const auto living = slots(name);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i] == content) return living[i];
    }
    throw std::runtime_error("no such message");
}

void World::expunge(const std::string& content, std::string_view name) {
    mail::ExpungeRequest request;
    request.slots = std::vector<mail::Slot>{slot_of(content, name)};
    request.force = true;
    must(node_->runtime.run(mailbox(name)->expunge(request)));
}

void World::release_brakes() {
    std::vector<store::AttributeWrite> writes(1);
    writes[0].attribute.entry = brake_release_entry;
    must(node_->runtime.run(node_->account->write_attributes(writes, {})));
}

bool World::release_is_pending() {
    std::string entry(brake_release_entry);
    return !must(node_->runtime.run(node_->account->read_attributes(MailboxId{}, entry))).empty();
}

void World::restore(const std::vector<MessageId>& messages) {
    mail::DeliveryRequest request;
    request.mailbox = node_->account->find_mailbox("INBOX")->id;
    for (const MessageId id : messages) {
        mail::NewMail message;
        message.existing = id;
        request.messages.push_back(std::move(message));
    }
    must(node_->runtime.run(node_->account->deliver(std::move(request))));
}

void World::restore_all() {
    std::vector<MessageId> messages;
    for (const auto& row : must(node_->runtime.run(node_->account->list_recoverable(1000)))) {
        messages.push_back(row.id);
    }
    restore(messages);
}

void World::append(std::string_view box, const std::string& content) {
    mail::DeliveryRequest request;
    request.mailbox = node_->account->find_mailbox(box)->id;
    mail::NewMail message;
    message.content = std::make_shared<const std::string>(content);
    request.messages.push_back(std::move(message));
    must(node_->runtime.run(node_->account->deliver(std::move(request))));
}

void World::copy(const std::string& content, std::string_view to) {
    mail::TransferRequest request;
    request.slots = {slot_of(content)};
    request.destination = node_->account->find_mailbox(to)->id;
    must(node_->runtime.run(mailbox()->transfer(request)));
}

void World::move(const std::string& content, std::string_view from, std::string_view to) {
    mail::TransferRequest request;
    request.slots = {slot_of(content, from)};
    request.destination = node_->account->find_mailbox(to)->id;
    request.move = true;
    must(node_->runtime.run(mailbox(from)->transfer(request)));
}

void World::set_flags(const std::string& content, mail::FlagBits flags, std::vector<std::string> keywords) {
    mail::StoreFlagsRequest request;
    request.mode = mail::StoreFlagsRequest::Mode::add;
    request.slots = {slot_of(content)};
    request.flags = flags;
    request.keywords = std::move(keywords);
    must(node_->runtime.run(mailbox()->store_flags(request)));
}

std::vector<store::Receipt> World::receipts() {
    return must(node_->runtime.run(node_->account->read_receipts(source_, store::any_receipt_state)));
}

std::map<std::string, store::ReceiptState> World::states() {
    std::map<std::string, store::ReceiptState> out;
    for (const auto& receipt : receipts()) out[receipt.uidl] = receipt.state;
    return out;
}

}  // namespace postern::gateway::test
