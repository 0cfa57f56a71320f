// What a storage driver gives on this machine:  bench-store sqlite FOLDER | bench-store postgresql URL
//
// Prints wall time and this process's CPU time an operation. For PostgreSQL the server's CPU time is that of all its
// processes on this machine, so run it alone. The database must be empty.
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>

#include "store-postgresql/store.hpp"
#include "store-sqlite/store.hpp"

namespace postern::store {

namespace {

constexpr AccountId account{1};
constexpr MailboxId inbox{1};
constexpr std::size_t body_size = 10 * 1024;
constexpr std::size_t record_size = 600;

double wall() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double own_cpu() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// User and system time of all processes named postgres, of /proc's resolution.
double server_cpu() {
    double ticks = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        std::ifstream file(entry.path() / "stat");
        std::string text;
        if (!std::getline(file, text) || text.find("(postgres)") == std::string::npos) continue;
        unsigned long user = 0;
        unsigned long system = 0;
        const char* rest = text.c_str() + text.rfind(')') + 2;
        if (std::sscanf(rest, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) == 2) {
            ticks += static_cast<double>(user + system);
        }
    }
    return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

template <class Work>
void measure(const char* name, std::size_t operations, Work work) {
    const double server = server_cpu();
    const double cpu = own_cpu();
    const double start = wall();
    work();
    const double seconds = wall() - start;
    const auto each = [&](double total) { return total * 1e6 / static_cast<double>(operations); };
    std::printf("%-34s %9.0f/s %9.1f us wall %8.1f us cpu %8.1f us server\n", name,
                static_cast<double>(operations) / seconds, each(seconds), each(own_cpu() - cpu),
                each(server_cpu() - server));
    std::fflush(stdout);
}

std::string random_octets(std::size_t size) {
    static std::mt19937_64 generator(1);
    std::string octets(size, '\0');
    for (std::size_t i = 0; i < size; i += 8) {
        const std::uint64_t value = generator();
        for (std::size_t j = i; j < std::min(size, i + 8); ++j)
            octets[j] = static_cast<char>(value >> (8 * (j - i)));
    }
    return octets;
}

Transaction delivery(std::uint64_t number) {
    static const std::string body = random_octets(body_size);
    static const std::string record = random_octets(record_size);
    Transaction transaction;
    transaction.account = account;
    transaction.now = 1;
    ContentHash hash{};
    const std::string digest = random_octets(hash.size());
    std::copy(digest.begin(), digest.end(), hash.begin());
    transaction.contents.push_back({hash, body_size, {body}});
    transaction.messages.push_back({MessageId{number}, hash, record});
    transaction.references.push_back({MessageId{number}, 1});
    transaction.changes.push_back({inbox, std::string(24, 'a'), 1, {1, 1, 0, body_size}});
    return transaction;
}

template <class T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().to_string());
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

void commit(StoreSession& session, std::span<const Transaction> batch) {
    for (auto& result : session.commit(batch)) must(std::move(result));
}

void prepare(StoreSession& session) {
    AccountRow row;
    row.id = account;
    row.login = "bench";
    must(session.create_account(row));
    Transaction transaction;
    transaction.account = account;
    transaction.creates.push_back({inbox, "INBOX", 1, "", ""});
    commit(session, {&transaction, 1});
}

void measure_flags(StoreSession& session, const char* name, bool durable, std::size_t count) {
    measure(name, count, [&] {
        Modseq seq = must(session.get_account(account)).change_seq;
        for (std::size_t i = 0; i < count; ++i) {
            Transaction flags;
            flags.account = account;
            flags.expected_seq = seq++;
            flags.durable = durable;
            flags.changes.push_back({inbox, std::string(24, 'f'), 0, {0, i % 2 == 0 ? -1 : 1, 0, 0}});
            commit(session, {&flags, 1});
        }
    });
}

void run(Store& store) {
    const auto session = must(store.connect());
    prepare(*session);
    std::uint64_t next = 1;
    measure("delivery of 10 KB, one a commit", 1'000, [&] {
        for (int i = 0; i < 1'000; ++i) {
            const auto one = delivery(next++);
            commit(*session, {&one, 1});
        }
    });
    measure("delivery of 10 KB, 20 a commit", 49'000, [&] {
        for (int i = 0; i < 49'000 / 20; ++i) {
            std::vector<Transaction> batch;
            for (int j = 0; j < 20; ++j) batch.push_back(delivery(next++));
            commit(*session, batch);
        }
    });
    measure_flags(*session, "flag change, durable", true, 2'000);
    measure_flags(*session, "flag change, not durable", false, 10'000);
    std::vector<MessageId> ids;
    for (std::uint64_t i = 1; i < next; ++i) ids.push_back(MessageId{i});
    measure("message row, 50,000 in one call", ids.size(),
            [&] { must(session->read_messages(account, ids)); });
    measure("message row, again", ids.size(), [&] { must(session->read_messages(account, ids)); });
    measure("message row, 500 a call", ids.size(), [&] {
        for (std::size_t i = 0; i < ids.size(); i += 500) {
            must(session->read_messages(
                account, std::span(ids).subspan(i, std::min<std::size_t>(500, ids.size() - i))));
        }
    });
    must(session->put_snapshot(account, inbox, 62'000, random_octets(50'000 * 20), 61'000));
    measure("load of a mailbox of 50,000", 50, [&] {
        for (int i = 0; i < 50; ++i) must(session->load_mailbox(account, inbox));
    });
    const auto rows = must(session->read_messages(account, std::span(ids).subspan(0, 5'000)));
    measure("content of 10 KB", rows.size(), [&] {
        for (const auto& row : rows) must(session->read_content(account, row.content, 0, 16));
    });
    measure("last reference gone, 10,000 at once", 10'000, [&] {
        Transaction expunge;
        expunge.account = account;
        expunge.now = 1;
        for (std::size_t i = 0; i < 10'000; ++i) expunge.references.push_back({ids[i], -1});
        expunge.changes.push_back(
            {inbox, std::string(24, 'e'), 0, {-10'000, -10'000, 0, -10'000 * std::int64_t{body_size}}});
        commit(*session, {&expunge, 1});
    });
    measure("purge of 10,000", 10'000, [&] { must(session->purge(2, 10'000)); });
    for (const auto& finding : must(session->verify(account))) std::printf("verify: %s\n", finding.c_str());
}

}  // namespace

}  // namespace postern::store

int main(int argc, char** argv) try {
    using namespace postern::store;
    const std::string kind = argc == 3 ? argv[1] : "";
    std::unique_ptr<Store> store;
    if (kind == "sqlite") {
        store = must(sqlite::SqliteStore::open(argv[2], {}));
    } else if (kind == "postgresql") {
        postgresql::Settings settings;
        settings.url = argv[2];
        store = must(postgresql::PostgresqlStore::open(settings));
    } else {
        std::fprintf(stderr, "bench-store sqlite FOLDER | bench-store postgresql URL\n");
        return 2;
    }
    run(*store);
    store->close();
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "bench-store: %s\n", error.what());
    return 1;
}
