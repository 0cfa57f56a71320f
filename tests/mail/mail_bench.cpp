// What the mail model costs over SQLite, in CPU of this process: mail-bench (not part of the tests).
#include <sys/resource.h>

#include <cstdio>
#include <random>

#include "kernel/mail/content_codec.hpp"
#include "kernel/mail/service.hpp"
#include "kernel/mail/snapshot.hpp"
#include "postern/mime/record.hpp"
#include "tests/mail/support/fixture.hpp"
#include "tests/mail/support/loop_runtime.hpp"

namespace postern::mail::test {
namespace {

double cpu_microseconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
    };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

/// Runs `work` and prints the CPU for each of `n`.
template <class Work>
void measure(const char* what, unsigned n, Work work) {
    const double before = cpu_microseconds();
    work();
    std::printf("%-44s %10.2f us\n", what, (cpu_microseconds() - before) / n);
}

std::string random_letter(unsigned number, std::size_t octets) {
    std::mt19937 random(number);
    std::string text = message_text(number, 300);
    while (text.size() < octets) {
        for (unsigned i = 0; i < 12; ++i) {
            for (unsigned c = random() % 9 + 2; c > 0; --c)
                text += static_cast<char>('a' + random() % 26 % (random() % 26 + 1));
            text += ' ';
        }
        text += "\r\n";
    }
    return text;
}

class Bench {
public:
    Bench() {
        NewAccount fresh;
        fresh.login = "bench";
        id_ = runtime_.run(service_->create_account(fresh)).value();
        restart();
    }

    void restart() {
        mailbox_.reset();
        account_.reset();
        runtime_.settle();
        service_ = std::make_unique<MailServiceImpl>(runtime_, *store_, log_, MailOptions{},
                                                     std::vector<StoreGuard*>{});
        account_ = runtime_.run(service_->open(id_)).value();
    }
    void open() {
        mailbox_ = runtime_.run(account_->open_mailbox(account_->find_mailbox("INBOX")->id)).value();
    }
    void deliver(const std::string& text, unsigned copies = 1) {
        DeliveryRequest request;
        request.mailbox = account_->find_mailbox("INBOX")->id;
        for (unsigned i = 0; i < copies; ++i) {
            NewMail mail;
            mail.content = std::make_shared<const std::string>(text);
            request.messages.push_back(std::move(mail));
        }
        runtime_.run(account_->deliver(std::move(request))).value();
    }
    void store_flags(Slot first, Slot n, FlagBits flags, StoreFlagsRequest::Mode mode) {
        StoreFlagsRequest request;
        for (Slot slot = first; slot < first + n; ++slot) request.slots.push_back(slot);
        request.flags = flags;
        request.mode = mode;
        runtime_.run(mailbox_->store_flags(std::move(request))).value();
    }

    LoopRuntime runtime_;
    SilentLog log_;
    std::unique_ptr<store::Store> store_ = make_store();
    std::unique_ptr<MailServiceImpl> service_ =
        std::make_unique<MailServiceImpl>(runtime_, *store_, log_, MailOptions{}, std::vector<StoreGuard*>{});
    AccountId id_{};
    std::shared_ptr<Account> account_;
    std::shared_ptr<Mailbox> mailbox_;
};

void run() {
    Bench bench;
    using Mode = StoreFlagsRequest::Mode;
    constexpr unsigned letters = 1000;
    std::vector<std::string> texts;
    for (unsigned i = 0; i < letters; ++i) texts.push_back(random_letter(i, 24'000));
    std::size_t sink = 0;
    measure("24 KB: SHA-256", letters, [&] {
        for (const auto& t : texts) sink += hash_of(t)[0];
    });
    measure("24 KB: record", letters, [&] {
        for (const auto& t : texts) sink += mime::build_record(t).size();
    });
    std::size_t stored = 0;
    measure("24 KB: hash and compression", letters, [&] {
        for (const auto& t : texts) stored += encode_content(t).chunks[0].size();
    });
    std::printf("%-44s %10.2f %%\n", "24 KB: stored", static_cast<double>(stored) / letters / 240.0);
    measure("append of 24 KB, whole", letters, [&] {
        for (const auto& t : texts) bench.deliver(t);
    });
    bench.open();
    const auto view = bench.mailbox_->open_view(false);
    measure("append of 24 KB, mailbox open, view told", letters, [&] {
        for (const auto& t : texts) {
            bench.deliver(t + "x");
            sink += view->sync(true).exists.value_or(0);
        }
    });
    measure("growing to 50,000 small messages, each", 48'000, [&] {
        for (unsigned i = 0; i < 480; ++i) bench.deliver(random_letter(i + 5000, 500), 100);
    });
    view->sync(true);
    measure("single STORE", 2000, [&] {
        for (Slot i = 0; i < 2000; ++i) bench.store_flags(i, 1, seen, Mode::add);
    });
    measure("single STORE and sync of another view", 2000, [&] {
        for (Slot i = 0; i < 2000; ++i) {
            bench.store_flags(i, 1, flagged, Mode::add);
            sink += view->sync(true).flags.size();
        }
    });
    measure("STORE of 10,000", 20, [&] {
        for (unsigned i = 0; i < 20; ++i)
            bench.store_flags(3000, 10'000, draft, i % 2 ? Mode::remove : Mode::add);
    });
    measure("sync after them", 1, [&] { sink += view->sync(true).flags.size(); });
    measure("open_view of 50,000", 10'000, [&] {
        for (int i = 0; i < 10'000; ++i) sink += bench.mailbox_->open_view(true)->count();
    });
    measure("first_unseen of 50,000", 10'000, [&] {
        for (int i = 0; i < 10'000; ++i) sink += bench.mailbox_->first_unseen();
    });
    measure("changed_since of 50,000", 1000, [&] {
        for (int i = 0; i < 1000; ++i)
            sink += bench.mailbox_->changed_since(bench.account_->change_seq() - 2).size();
    });
    const auto& state = static_cast<MailboxImpl&>(*bench.mailbox_).state();
    std::string snapshot;
    measure("snapshot of 50,000, encode", 20, [&] {
        for (int i = 0; i < 20; ++i) snapshot = SnapshotCodec::encode(state);
    });
    std::printf("%-44s %10zu octets\n", "snapshot", snapshot.size());
    measure("snapshot of 50,000, decode", 20, [&] {
        for (int i = 0; i < 20; ++i) sink += SnapshotCodec::decode(snapshot).value().slot_count();
    });
    for (int i = 0; i < 3; ++i) {
        bench.restart();
        measure("open mailbox of 50,000, cold", 1, [&] { bench.open(); });
        measure("open mailbox of 50,000, warm", 1, [&] { bench.open(); });
        measure("load 1,000 records, cold", 1000, [&] {
            const auto ids = bench.mailbox_->columns().message.subspan(0, 1000);
            sink += bench.runtime_.run(bench.account_->load_messages({ids.begin(), ids.end()}))->size();
        });
        measure("load 1,000 records, cached", 1000, [&] {
            const auto ids = bench.mailbox_->columns().message.subspan(0, 1000);
            sink += bench.runtime_.run(bench.account_->load_messages({ids.begin(), ids.end()}))->size();
        });
        const auto ids = bench.mailbox_->columns().message.subspan(0, 1000);
        const auto messages =
            bench.runtime_.run(bench.account_->load_messages({ids.begin(), ids.end()})).value();
        for (const char* what : {"content of 24 KB, cold", "content of 24 KB, cached"}) {
            measure(what, 1000, [&] {
                for (const auto& m : messages)
                    sink += bench.runtime_.run(bench.account_->read_content(m, 0, 262'144)).value().size();
            });
        }
    }
    if (sink == 42) std::puts("");
}

}  // namespace
}  // namespace postern::mail::test

int main() {
    postern::mail::test::run();
}
