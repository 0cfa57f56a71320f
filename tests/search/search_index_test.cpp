// An account's search index: what it excludes is never there, across deliveries, restarts, merges, damage.
#include "kernel/search/search_index.hpp"

#include <random>

#include "postern/mime/decode.hpp"
#include "postern/mime/text.hpp"
#include "tests/mail/support/fixture.hpp"

namespace postern::mail::test {
namespace {

MailOptions eager(std::size_t least) {
    MailOptions options;
    options.index_least = least;
    options.index_delay = std::chrono::milliseconds(0);
    return options;
}

class SearchIndexTest : public MailFixture {
protected:
    /// Another node with an index that is renewed at once.
    struct Node {
        Node(SearchIndexTest& test, std::size_t least)
            : service(test.runtime_, *test.store_, test.log_, eager(least), {}),
              account(test.open(service)) {}
        MailServiceImpl service;
        std::shared_ptr<Account> account;
    };
    std::unique_ptr<Node> node(std::size_t least = 4) { return std::make_unique<Node>(*this, least); }

    MessageId put(Account& account, std::string text, std::string_view mailbox = "INBOX") {
        DeliveryRequest request;
        request.mailbox = account.find_mailbox(mailbox)->id;
        NewMail mail;
        mail.content = std::make_shared<const std::string>(std::move(text));
        request.messages.push_back(std::move(mail));
        return must(runtime_.run(account.deliver(std::move(request)))).messages.at(0);
    }
    MessageId put_body(Account& account, const std::string& body) {
        return put(account, "Subject: x\r\n\r\n" + body + "\r\n");
    }
    /// All at once: a pass finds all of them or none.
    std::vector<MessageId> put_numbered(Account& account, int count) {
        DeliveryRequest request;
        request.mailbox = account.find_mailbox("INBOX")->id;
        for (int i = 0; i < count; ++i) {
            NewMail mail;
            mail.content = std::make_shared<const std::string>("Subject: x\r\n\r\nnumber " +
                                                               std::to_string(1000 + i) + "\r\n");
            request.messages.push_back(std::move(mail));
        }
        return must(runtime_.run(account.deliver(std::move(request)))).messages;
    }
    TextCandidatesPtr ask(Account& account, std::string text) {
        std::vector<std::string> texts{mime::fold(text)};
        return runtime_.run(account.find_text(std::move(texts))).at(0);
    }
    /// Lets a pass that is due run to its end.
    void settle() {
        for (int i = 0; i < 40; ++i) {
            runtime_.settle();
            std::this_thread::yield();
        }
    }
};

TEST_F(SearchIndexTest, ExcludesWhatCannotBeThere) {
    const auto here = node();
    std::vector<MessageId> ids;
    for (const char* body : {"the quick brown fox", "jumps over", "the lazy dog", "quick quick"})
        ids.push_back(put_body(*here->account, body));
    EXPECT_TRUE(ask(*here->account, "quick")->may_contain(ids[1])) << "nothing is indexed yet";
    settle();
    const auto quick = ask(*here->account, "quick");
    EXPECT_TRUE(quick->may_contain(ids[0]));
    EXPECT_FALSE(quick->may_contain(ids[1]));
    EXPECT_FALSE(quick->may_contain(ids[2]));
    EXPECT_TRUE(quick->may_contain(ids[3]));
    EXPECT_FALSE(ask(*here->account, "xyzzy")->may_contain(ids[0]));
    EXPECT_TRUE(quick->may_contain(MessageId{12345})) << "unknown to the index";
    EXPECT_EQ(ask(*here->account, "qu"), nullptr) << "too short for a trigram";
    const auto later = put_body(*here->account, "nothing of the kind");
    EXPECT_TRUE(ask(*here->account, "quick")->may_contain(later)) << "not indexed yet";
}

TEST_F(SearchIndexTest, KnowsHeadersPartsAndCharsetsAsSearchSeesThem) {
    const auto here = node(1);
    const auto id =
        put(*here->account,
            "Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            "--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: "
            "quoted-printable\r\n\r\nsch=F6n\r\n--b\r\nContent-Type: application/octet-stream\r\n"
            "Content-Transfer-Encoding: base64\r\n\r\naGlkZGVu\r\n--b--\r\n");
    settle();
    for (const char* text : {"gr\xC3\xBC", "sch\xC3\xB6n", "multipart/mixed"})
        EXPECT_TRUE(ask(*here->account, text)->may_contain(id)) << text;
    for (const char* text : {"agl", "hidden", "f6n"})
        EXPECT_FALSE(ask(*here->account, text)->may_contain(id)) << text;
}

TEST_F(SearchIndexTest, IsThereAfterARestart) {
    std::vector<MessageId> ids;
    {
        const auto before = node();
        ids = put_numbered(*before->account, 8);
        settle();
    }
    const auto after = node(1'000'000);
    const auto found = ask(*after->account, "number 1003");
    for (int i = 0; i < 8; ++i) EXPECT_EQ(found->may_contain(ids[static_cast<std::size_t>(i)]), i == 3) << i;
}

TEST_F(SearchIndexTest, TheFirstSearchHasWhatIsBehindIndexed) {
    std::vector<MessageId> ids;
    {
        const auto before = node(1'000'000);
        ids = put_numbered(*before->account, 8);
        settle();
    }
    const auto after = node(4);
    EXPECT_TRUE(ask(*after->account, "number 1003")->may_contain(ids[0]));
    settle();
    EXPECT_FALSE(ask(*after->account, "number 1003")->may_contain(ids[0]));
}

TEST_F(SearchIndexTest, MovedAndExpungedMessagesNeedNothing) {
    const auto here = node();
    put_numbered(*here->account, 4);
    settle();
    const auto inbox = open_mailbox(*here->account, "INBOX");
    const MessageId first = inbox->columns().message[0];
    TransferRequest move;
    move.slots = {0};
    move.destination = here->account->find_mailbox("Archive")->id;
    move.move = true;
    must(runtime_.run(inbox->transfer(std::move(move))));
    expunge(*inbox, {1});
    settle();
    EXPECT_FALSE(ask(*here->account, "number 1003")->may_contain(first));
    EXPECT_TRUE(ask(*here->account, "number 1000")->may_contain(first));
}

/// Random mail in pieces, so that segments gather and are merged; whatever is said must hold for every message.
TEST_F(SearchIndexTest, NeverExcludesAMessageThatHasTheText) {
    std::mt19937 random(7);
    const auto here = node(16);
    std::vector<std::pair<MessageId, std::string>> all;
    const auto word = [&random] {
        std::string text;
        for (std::size_t i = 0; i < 3 + random() % 5; ++i) text += static_cast<char>('a' + random() % 6);
        return text;
    };
    for (int piece = 0; piece < 40; ++piece) {
        for (int i = 0; i < 16 + static_cast<int>(random() % 8); ++i) {
            std::string body;
            for (std::size_t n = random() % 30; n > 0; --n) body += word() + ' ';
            const std::string text = "Subject: " + word() + "\r\n\r\n" + body + "\r\n";
            all.emplace_back(put(*here->account, text), mime::searchable_text(text, mime::TextScope::all));
        }
        settle();
        std::size_t there = 0, excluded = 0, right = 0;
        for (int question = 0; question < 5; ++question) {
            // Of one of the messages, or of none.
            const std::string& some = all[random() % all.size()].second;
            const std::string key = question % 2 == 0
                                        ? some.substr(random() % (some.size() - 3), 3 + random() % 6)
                                        : mime::fold(word());
            const auto found = ask(*here->account, key);
            ASSERT_NE(found, nullptr);
            for (const auto& [id, text] : all) {
                const bool is_there = text.find(key) != std::string::npos;
                ASSERT_TRUE(!is_there || found->may_contain(id)) << key << " in " << text;
                there += is_there ? 1 : 0;
                right += is_there ? 0 : 1;
                excluded += found->may_contain(id) ? 0 : 1;
            }
        }
        EXPECT_GT(there, 0U);
        EXPECT_GT(excluded * 3, right) << "piece " << piece << ": much of what is not there is excluded";
    }
    const auto entries = must(runtime_.run(here->account->read_attributes(MailboxId{}, "/index/text/")));
    const auto roots = must(runtime_.run(here->account->read_attributes(MailboxId{}, "/index/text-root")));
    const auto root = search::IndexRoot::decode(roots.at(0).value);
    ASSERT_TRUE(root);
    EXPECT_LT(root->segments.size(), 10U) << "they are merged";
    std::size_t named = 0;
    for (const auto& segment : root->segments) named += 1 + segment.blocks;
    EXPECT_EQ(entries.size(), named) << "nothing is left of what was merged";
}

TEST_F(SearchIndexTest, DamageCostsTimeOnly) {
    const auto before = node();
    const auto ids = put_numbered(*before->account, 8);
    settle();
    auto entries = must(runtime_.run(before->account->read_attributes(MailboxId{}, "/index/text")));
    ASSERT_GE(entries.size(), 3U);
    for (const auto& entry : entries) {
        const auto write = [&](std::string value, bool remove) {
            std::vector<store::AttributeWrite> writes{{{MailboxId{}, entry.entry, std::move(value)}, remove}};
            must(runtime_.run(before->account->write_attributes(std::move(writes), {})));
        };
        for (const bool remove : {false, true}) {
            write("damaged", remove);
            const auto after = node();
            const auto found = ask(*after->account, "number 1003");
            EXPECT_TRUE(!found || found->may_contain(ids[3])) << entry.entry;
            settle();
            const auto again = ask(*after->account, "number 1003");
            EXPECT_TRUE(!again || again->may_contain(ids[3])) << entry.entry;
            write(entry.value, false);
        }
    }
}

TEST_F(SearchIndexTest, ASegmentThatWasNotFinishedIsRemoved) {
    const auto before = node();
    search::IndexRoot root;
    root.pending = search::SegmentInfo{77, 4, 2};
    std::vector<store::AttributeWrite> writes;
    writes.push_back({{MailboxId{}, std::string(search::root_entry), root.encode()}, false});
    writes.push_back({{MailboxId{}, search::block_entry(77, 0), "half"}, false});
    must(runtime_.run(before->account->write_attributes(std::move(writes), {})));
    const auto after = node();
    put_numbered(*after->account, 4);
    settle();
    const auto left =
        must(runtime_.run(after->account->read_attributes(MailboxId{}, search::block_entry(77, 0))));
    EXPECT_TRUE(left.empty());
    EXPECT_NE(ask(*after->account, "number 1001"), nullptr);
}

TEST_F(SearchIndexTest, CanBeSwitchedOff) {
    const auto here = node(0);
    put_numbered(*here->account, 4);
    settle();
    EXPECT_EQ(ask(*here->account, "number 1003"), nullptr);
    EXPECT_TRUE(must(runtime_.run(here->account->read_attributes(MailboxId{}, "/index/"))).empty());
}

}  // namespace
}  // namespace postern::mail::test
