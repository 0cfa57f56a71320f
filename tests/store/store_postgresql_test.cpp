// store-postgresql: the contract, and what is its own: a database that restarts, other nodes, migrations.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "postern/testkit/store_contract.hpp"
#include "postgresql_server.hpp"
#include "store-postgresql/store.hpp"

namespace postern::store::postgresql {

namespace {

/// One server for all cases; each has its own database.
class Server final : public testing::Environment {
public:
    void TearDown() override { server_.reset(); }
    static test::PostgresqlServer& get() {
        if (!server_) server_ = std::make_unique<test::PostgresqlServer>();
        return *server_;
    }

private:
    static inline std::unique_ptr<test::PostgresqlServer> server_;
};

const auto* const environment = testing::AddGlobalTestEnvironment(new Server);

class Database {
public:
    Database() : url_(Server::get().create_database()) {}
    ~Database() { Server::get().drop_database(url_); }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    const std::string& url() const { return url_; }
    Settings settings() const {
        Settings settings;
        settings.url = url_;
        return settings;
    }
    std::unique_ptr<Store> open() const {
        auto store = PostgresqlStore::open(settings());
        if (!store) throw std::runtime_error(store.error().to_string());
        return std::move(*store);
    }

private:
    std::string url_;
};

class PostgresqlHarness final : public testkit::StoreHarness {
public:
    Result<std::unique_ptr<Store>> open() override { return PostgresqlStore::open(database_.settings()); }

private:
    Database database_;
};

const bool registered =
    testkit::register_store_contract("StorePostgresql", [] { return std::make_unique<PostgresqlHarness>(); });

constexpr AccountId account{7};
constexpr MailboxId inbox{11};
constexpr SourceId source{21};

std::unique_ptr<StoreSession> connect(Store& store) {
    auto session = store.connect();
    if (!session) throw std::runtime_error(session.error().to_string());
    return std::move(*session);
}

void expect_success(const Result<void>& result) {
    EXPECT_TRUE(result) << result.error().to_string();
}

Result<CommitResult> commit(StoreSession& session, const Transaction& transaction) {
    return std::move(session.commit({&transaction, 1}).front());
}

void add_inbox(StoreSession& session, AccountId id = account) {
    AccountRow row;
    row.id = id;
    row.login = "user" + std::to_string(value_of(id));
    expect_success(session.create_account(row));
    Transaction transaction;
    transaction.account = id;
    transaction.creates.push_back({inbox, "INBOX", 1, "", ""});
    EXPECT_TRUE(commit(session, transaction));
    SourceRow remote;
    remote.account = id;
    remote.id = source;
    expect_success(session.put_source(remote));
}

/// One collected message: content, placement and receipt, as the gateway commits it.
Transaction collection(std::uint64_t number) {
    Transaction transaction;
    transaction.account = account;
    transaction.now = 1'000;
    ContentHash hash{};
    for (std::size_t i = 0; i < 8; ++i) hash[i] = static_cast<std::uint8_t>(number >> (8 * i));
    transaction.contents.push_back({hash, 5, {"hello"}});
    transaction.messages.push_back({MessageId{number}, hash, "record"});
    transaction.references.push_back({MessageId{number}, 1});
    transaction.changes.push_back({inbox, "added", 1, {1, 1, 0, 5}});
    Receipt receipt;
    receipt.source = source;
    receipt.uidl = "uidl" + std::to_string(number);
    receipt.state = ReceiptState::stored;
    receipt.message = MessageId{number};
    transaction.receipts.push_back({receipt, bit(ReceiptState::none)});
    return transaction;
}

/// What one worker may do while the database comes and goes: try, and on a temporary error try the same again.
void collect_range(Store& store, std::uint64_t first, std::uint64_t count, std::atomic<unsigned>& progress,
                   std::atomic<unsigned>& interrupted) {
    const auto session = connect(store);
    for (std::uint64_t number = first; number < first + count; ++number) {
        for (;;) {
            const auto result = commit(*session, collection(number));
            if (result) break;
            // An earlier try, whose answer was lost, went through: its message is there, or its receipt.
            if (result.error().code == Errc::already_exists || result.error().code == Errc::conflict) break;
            ASSERT_EQ(result.error().code, Errc::temporary) << result.error().to_string();
            ++interrupted;
            std::this_thread::yield();
        }
        ++progress;
    }
}

class Restart : public testing::TestWithParam<bool> {};

TEST_P(Restart, NothingAcknowledgedIsLostOrDoubled) {
    constexpr unsigned workers = 5;
    constexpr unsigned each = 200;
    const Database database;
    const auto store = database.open();
    add_inbox(*connect(*store));
    std::atomic<unsigned> progress = 0;
    std::atomic<unsigned> interrupted = 0;
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < workers; ++i) {
        threads.emplace_back([&, i] { collect_range(*store, 1 + i * each, each, progress, interrupted); });
    }
    for (const unsigned mark : {workers * each / 10, workers * each / 3, workers * each * 2 / 3}) {
        while (progress < mark) std::this_thread::yield();
        if (GetParam()) {
            Server::get().crash();
        } else {
            Server::get().stop();
        }
        Server::get().start();
    }
    for (auto& thread : threads) thread.join();
    EXPECT_GT(interrupted, 0u);

    const auto session = connect(*store);
    const auto load = session->load_mailbox(account, inbox);
    ASSERT_TRUE(load) << load.error().to_string();
    EXPECT_EQ(load->mailbox.total, workers * each);
    EXPECT_EQ(load->mailbox.uidnext, workers * each + 1);
    EXPECT_EQ(load->tail.size(), workers * each + 1);
    EXPECT_EQ(session->read_receipts(account, source, bit(ReceiptState::stored))->size(), workers * each);
    const auto findings = session->verify(account);
    ASSERT_TRUE(findings);
    EXPECT_TRUE(findings->empty()) << findings->front();
}

INSTANTIATE_TEST_SUITE_P(StorePostgresql, Restart, testing::Values(false, true),
                         [](const auto& info) { return info.param ? "AfterACrash" : "InOrder"; });

TEST(StorePostgresqlOwn, CallsWhileTheDatabaseIsDownAreTemporary) {
    const Database database;
    const auto store = database.open();
    const auto session = connect(*store);
    add_inbox(*session);
    Server::get().stop();
    const auto read = session->get_account(account);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Errc::temporary) << read.error().to_string();
    const std::vector<Transaction> batch{collection(1), collection(2)};
    for (const auto& result : session->commit(batch)) {
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().code, Errc::temporary) << result.error().to_string();
    }
    EXPECT_FALSE(store->connect());
    Server::get().start();
    // The first call after an outage works: a connection that the server closed is not tried.
    EXPECT_TRUE(session->get_account(account));
    for (const auto& result : session->commit(batch)) EXPECT_TRUE(result) << result.error().to_string();
}

TEST(StorePostgresqlOwn, IdleSessionSurvivesARestartUnnoticed) {
    const Database database;
    const auto store = database.open();
    const auto session = connect(*store);
    add_inbox(*session);
    Server::get().stop();
    Server::get().start();
    const auto result = commit(*session, collection(1));
    EXPECT_TRUE(result) << result.error().to_string();
}

/// Collects what a listener is told.
class Listener {
public:
    ChangeListener callback() {
        return [this](AccountId id, Modseq modseq) {
            std::lock_guard lock(mutex_);
            auto& newest = told_[id];
            newest = std::max(newest, modseq);
            ++calls_;
            changed_.notify_all();
        };
    }
    /// Waits until it was told of at least `modseq`.
    bool wait_for(AccountId id, Modseq modseq) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, std::chrono::seconds(30), [&] {
            const auto found = told_.find(id);
            return found != told_.end() && found->second >= modseq;
        });
    }
    std::size_t calls() {
        std::lock_guard lock(mutex_);
        return calls_;
    }
    bool knows(AccountId id) {
        std::lock_guard lock(mutex_);
        return told_.contains(id);
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<AccountId, Modseq> told_;
    std::size_t calls_ = 0;
};

TEST(StorePostgresqlOwn, ListenerIsToldOfForeignCommits) {
    const Database database;
    const auto here = database.open();
    const auto there = database.open();
    Listener listener;
    expect_success(here->listen(listener.callback()));
    const auto own = connect(*here);
    const auto foreign = connect(*there);
    add_inbox(*own);
    add_inbox(*foreign, AccountId{8});
    for (std::uint64_t i = 1; i <= 300; ++i) {
        EXPECT_TRUE(commit(*own, collection(i)));
        auto change = collection(1'000 + i);
        change.account = AccountId{8};
        EXPECT_TRUE(commit(*foreign, change));
    }
    EXPECT_TRUE(listener.wait_for(AccountId{8}, 301));
    EXPECT_FALSE(listener.knows(account)) << "told of its own commits";
    EXPECT_LE(listener.calls(), 301u);
}

TEST(StorePostgresqlOwn, ListenerLooksEverywhereAfterAGap) {
    const Database database;
    const auto here = database.open();
    const auto there = database.open();
    Listener listener;
    expect_success(here->listen(listener.callback()));
    Server::get().stop();
    Server::get().start();
    EXPECT_TRUE(listener.wait_for(AccountId{}, 0));
    const auto foreign = connect(*there);
    add_inbox(*foreign, AccountId{8});
    EXPECT_TRUE(listener.wait_for(AccountId{8}, 1));
}

TEST(StorePostgresqlOwn, CloseTellsWhatIsPending) {
    const Database database;
    const auto here = database.open();
    Listener listener;
    expect_success(here->listen(listener.callback()));
    {
        auto settings = database.settings();
        settings.notify_delay = std::chrono::hours(1);
        const auto tool = PostgresqlStore::open(settings);
        ASSERT_TRUE(tool);
        add_inbox(*connect(**tool), AccountId{9});
        (*tool)->close();
    }
    EXPECT_TRUE(listener.wait_for(AccountId{9}, 1));
}

TEST(StorePostgresqlOwn, NodesMayStartTogether) {
    const Database database;
    std::vector<std::thread> nodes;
    std::atomic<unsigned> opened = 0;
    for (int i = 0; i < 4; ++i) {
        nodes.emplace_back([&] {
            const auto store = PostgresqlStore::open(database.settings());
            EXPECT_TRUE(store) << store.error().to_string();
            if (store) ++opened;
        });
    }
    for (auto& node : nodes) node.join();
    EXPECT_EQ(opened, 4u);
    EXPECT_EQ(
        test::PostgresqlServer::query(database.url(), "select max(version) = count(*) from schema_info"),
        "t");
}

TEST(StorePostgresqlOwn, NewerSchemaIsRefused) {
    const Database database;
    database.open();
    test::PostgresqlServer::query(database.url(), "insert into schema_info (version) values (1000)");
    const auto store = PostgresqlStore::open(database.settings());
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, Errc::unsupported);
    EXPECT_NE(store.error().text.find("1000"), std::string::npos) << store.error().text;
}

TEST(StorePostgresqlOwn, MissingDatabaseIsNamed) {
    Settings settings;
    settings.url = Server::get().missing_database();
    const auto store = PostgresqlStore::open(settings);
    ASSERT_FALSE(store);
    EXPECT_NE(store.error().text.find("does not exist"), std::string::npos) << store.error().text;
}

TEST(StorePostgresqlOwn, CounterUpdatesStayHeapOnly) {
    const Database database;
    const auto store = database.open();
    const auto session = connect(*store);
    add_inbox(*session);
    Transaction flags;
    flags.account = account;
    flags.durable = false;
    flags.changes.push_back({inbox, "flags", 0, {}});
    for (int i = 0; i < 500; ++i) ASSERT_TRUE(commit(*session, flags));
    for (const std::string table : {"account_counter", "mailbox"}) {
        const auto pages =
            test::PostgresqlServer::query(database.url(), "select pg_relation_size('" + table + "') / 8192");
        EXPECT_LE(std::stoi(pages), 4) << table;
    }
}

TEST(StorePostgresqlOwn, PlantedDamageIsFound) {
    for (const std::string damage :
         {"delete from content", "update content set data = null", "update content set messages = 2",
          "insert into chunk values (7, 'x', 1, '')", "update mailbox set highest_modseq = 99",
          "update mailbox set snapshot_modseq = 1", "insert into change values (7, 2000, 99, 0, '')",
          "update change set first_uid = 70 where modseq = 2", "update message set refs = 2",
          "update account_counter set used_bytes = 1", "delete from source"}) {
        const Database database;
        const auto store = database.open();
        const auto session = connect(*store);
        add_inbox(*session);
        ASSERT_TRUE(commit(*session, collection(1)));
        ASSERT_TRUE(session->verify(account)->empty());
        test::PostgresqlServer::query(database.url(), damage);
        const auto findings = session->verify(account);
        ASSERT_TRUE(findings) << findings.error().to_string();
        EXPECT_FALSE(findings->empty()) << damage;
    }
}

}  // namespace

}  // namespace postern::store::postgresql
