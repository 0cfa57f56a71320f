// What is store-sqlite's own: processes that are killed, damaged files, versions of the schema.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <random>
#include <thread>

#include "store-sqlite/database.hpp"
#include "store-sqlite/schema.hpp"
#include "store-sqlite/store.hpp"
#include "temporary_folder.hpp"

namespace postern::store::sqlite {

namespace {

constexpr AccountId account{7};
constexpr MailboxId inbox{11};
constexpr SourceId source{21};

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().to_string());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

std::string file_of(const test::TemporaryFolder& folder) {
    return folder.path() + "/store.sqlite";
}

void add_inbox(StoreSession& session) {
    AccountRow row;
    row.id = account;
    row.login = "ann";
    must(session.create_account(row));
    Transaction transaction;
    transaction.account = account;
    transaction.creates.push_back({inbox, "INBOX", 1, "", ""});
    must(std::move(session.commit({&transaction, 1}).front()));
    SourceRow remote;
    remote.account = account;
    remote.id = source;
    must(session.put_source(remote));
}

/// One collected message: content, placement and receipt, as the gateway commits it.
Transaction collection(std::uint64_t number) {
    Transaction transaction;
    transaction.account = account;
    transaction.now = 1'000;
    ContentHash hash{};
    for (std::size_t i = 0; i < 8; ++i) hash[i] = static_cast<std::uint8_t>(number >> (8 * i));
    const std::string body(3'000, 'x');
    transaction.contents.push_back({hash, body.size(), {body}});
    transaction.messages.push_back({MessageId{number}, hash, "record"});
    transaction.references.push_back({MessageId{number}, 1});
    transaction.changes.push_back({inbox, "added", 1, {1, 1, 0, 3'000}});
    Receipt receipt;
    receipt.source = source;
    receipt.uidl = "uidl" + std::to_string(number);
    receipt.state = ReceiptState::stored;
    receipt.message = MessageId{number};
    transaction.receipts.push_back({receipt, bit(ReceiptState::none)});
    return transaction;
}

/// The child: commits messages in groups of three and says the number of each that was acknowledged. Never returns.
[[noreturn]] void write_until_killed(const std::string& folder, std::uint64_t first, int out) {
    const auto store = must(SqliteStore::open(folder, {}));
    const auto session = must(store->connect());
    for (std::uint64_t number = first;; number += 3) {
        const std::vector<Transaction> batch{collection(number), collection(number + 1),
                                             collection(number + 2)};
        for (const auto& result : session->commit(batch)) {
            if (!result) _exit(1);
        }
        const std::uint64_t done = number + 2;
        if (write(out, &done, sizeof done) != sizeof done) _exit(2);
    }
}

/// Runs a child from message `first` on and kills it after `commits` of its commits and a moment more; answers the
/// last message it knew to be stored.
std::uint64_t kill_a_writer(const std::string& folder, std::uint64_t first, int commits,
                            std::chrono::microseconds moment) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("pipe");
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        write_until_killed(folder, first, ends[1]);
    }
    close(ends[1]);
    std::uint64_t last = first - 1;
    std::uint64_t said = 0;
    for (int i = 0; i < commits && read(ends[0], &said, sizeof said) == sizeof said; ++i) last = said;
    std::this_thread::sleep_for(moment);
    kill(child, SIGKILL);
    while (read(ends[0], &said, sizeof said) == sizeof said) last = said;
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself with " << WEXITSTATUS(status);
    return last;
}

TEST(StoreSqliteOwn, WhatWasAcknowledgedSurvivesAKill) {
    const test::TemporaryFolder folder;
    {
        const auto store = must(SqliteStore::open(folder.path(), {}));
        add_inbox(*must(store->connect()));
    }
    std::mt19937 dice(1);
    std::uint64_t next = 1;
    for (int turn = 0; turn < 25; ++turn) {
        const int commits = static_cast<int>(dice() % 20);
        const std::uint64_t acknowledged =
            kill_a_writer(folder.path(), next, commits, std::chrono::microseconds(dice() % 3'000));
        const auto store = must(SqliteStore::open(folder.path(), {}));
        const auto session = must(store->connect());
        const auto total = must(session->load_mailbox(account, inbox)).mailbox.total;
        EXPECT_GE(total, acknowledged);
        // A group is there whole or not at all.
        EXPECT_EQ(total % 3, 0U);
        EXPECT_LE(total, acknowledged + 3);
        std::vector<MessageId> ids;
        for (std::uint64_t id = 1; id <= total; ++id) ids.push_back(MessageId{id});
        EXPECT_EQ(must(session->read_messages(account, ids)).size(), total);
        EXPECT_EQ(must(session->read_receipts(account, source, any_receipt_state)).size(), total);
        const auto findings = must(session->verify(account));
        EXPECT_TRUE(findings.empty()) << findings.front();
        next = total + 1;
    }
    EXPECT_GT(next, 100U);
}

/// A closed database with some messages.
void fill(const test::TemporaryFolder& folder) {
    const auto store = must(SqliteStore::open(folder.path(), {}));
    const auto session = must(store->connect());
    add_inbox(*session);
    for (std::uint64_t number = 1; number <= 50; ++number) {
        const auto transaction = collection(number);
        must(std::move(session->commit({&transaction, 1}).front()));
    }
}

/// What using the database says first that is wrong with it.
Error first_error(const test::TemporaryFolder& folder) {
    const auto store = SqliteStore::open(folder.path(), {});
    if (!store) return store.error();
    const auto session = (*store)->connect();
    if (!session) return session.error();
    const auto load = (*session)->load_mailbox(account, inbox);
    if (!load) return load.error();
    const auto findings = (*session)->verify(account);
    return findings ? Error(Errc::not_found, "nothing is wrong") : findings.error();
}

TEST(StoreSqliteOwn, AFileThatIsNoDatabaseIsNamed) {
    const test::TemporaryFolder folder;
    std::ofstream(file_of(folder)) << std::string(10'000, 'x');
    const auto store = SqliteStore::open(folder.path(), {});
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, Errc::corrupt);
    EXPECT_NE(store.error().text.find(file_of(folder)), std::string::npos) << store.error().text;
    EXPECT_NE(store.error().text.find("not a database"), std::string::npos) << store.error().text;
}

TEST(StoreSqliteOwn, ATruncatedDatabaseIsFound) {
    const test::TemporaryFolder folder;
    fill(folder);
    EXPECT_EQ(first_error(folder).code, Errc::not_found);
    std::filesystem::resize_file(file_of(folder), std::filesystem::file_size(file_of(folder)) / 2);
    const auto error = first_error(folder);
    EXPECT_EQ(error.code, Errc::corrupt) << error.text;
    EXPECT_NE(error.text.find("malformed"), std::string::npos) << error.text;
}

TEST(StoreSqliteOwn, OverwrittenPagesAreFound) {
    const test::TemporaryFolder folder;
    fill(folder);
    {
        std::fstream file(file_of(folder), std::ios::binary | std::ios::in | std::ios::out);
        const auto size = std::filesystem::file_size(file_of(folder));
        for (std::uint64_t page = 1; page * page_size < size; ++page) {
            file.seekp(static_cast<std::streamoff>(page * page_size));
            file << std::string(64, '\xee');
        }
    }
    const auto error = first_error(folder);
    EXPECT_EQ(error.code, Errc::corrupt) << error.text;
}

TEST(StoreSqliteOwn, SecretsThatWereRemovedAreNotInTheFile) {
    const test::TemporaryFolder folder;
    const auto holds = [&folder](const std::string& text) {
        std::ifstream file(file_of(folder), std::ios::binary);
        const std::string all((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
        return all.find(text) != std::string::npos;
    };
    const auto with_session = [&folder](const auto& act) {
        const auto store = must(SqliteStore::open(folder.path(), {}));
        act(*must(store->connect()));
    };
    SourceRow remote;
    remote.account = account;
    remote.id = source;
    const auto put = [&remote](const char* sealed) {
        return [&remote, sealed](StoreSession& session) {
            remote.sealed_credential = sealed;
            must(session.put_source(remote));
        };
    };
    with_session(add_inbox);
    with_session(put("the first sealed credential"));
    ASSERT_TRUE(holds("the first sealed credential")) << "what is looked for is not stored so";
    with_session(put("another"));
    EXPECT_FALSE(holds("the first sealed credential"));
    with_session(put("the last sealed credential"));
    ASSERT_TRUE(holds("the last sealed credential"));
    with_session([](StoreSession& session) { must(session.delete_account(account)); });
    EXPECT_FALSE(holds("the last sealed credential"));
}

TEST(StoreSqliteOwn, NewerSchemaIsRefused) {
    const test::TemporaryFolder folder;
    fill(folder);
    Database(file_of(folder)).execute("insert into schema_info values (1000, 0)");
    const auto store = SqliteStore::open(folder.path(), {});
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, Errc::unsupported);
    EXPECT_NE(store.error().text.find("1000"), std::string::npos) << store.error().text;
    EXPECT_NE(store.error().text.find(std::to_string(schema_version)), std::string::npos);
}

TEST(StoreSqliteOwn, AnOlderSchemaIsBroughtUpToDate) {
    const test::TemporaryFolder folder;
    fill(folder);
    Database(file_of(folder))
        .execute("drop index receipt_history; delete from schema_info where version = 2");
    EXPECT_EQ(first_error(folder).text, "nothing is wrong");
    Database database(file_of(folder));
    auto query = database.query("select count(*) from sqlite_schema where name = 'receipt_history'");
    ASSERT_TRUE(query.step());
    EXPECT_EQ(query.integer(0), 1);
}

}  // namespace

}  // namespace postern::store::sqlite
