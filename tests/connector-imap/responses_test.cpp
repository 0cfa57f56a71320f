#include "connector-imap/responses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "postern/mail/types.hpp"

namespace postern::imap_client {
namespace {

using testing::ElementsAre;
using testing::Pair;

Response response_of(const std::string& octets) {
    ResponseReader reader;
    std::size_t used = 0;
    if (reader.feed(octets, used) != ResponseReader::Status::done)
        throw std::runtime_error("no response: " + octets);
    return reader.take();
}

template <class T>
std::optional<T> parsed(std::optional<T> (*parse)(const Response&, const DataHead&),
                        const std::string& octets) {
    const Response response = response_of(octets);
    const auto head = parse_head(response);
    return head ? parse(response, *head) : std::nullopt;
}

std::optional<FetchData> fetched(const std::string& octets) {
    Response response = response_of(octets);
    const auto head = parse_head(response);
    return head ? parse_fetch(response, *head) : std::nullopt;
}

TEST(Responses, Status) {
    auto status = parse_status("OK [COPYUID 1 2:3 4:5] copied");
    ASSERT_TRUE(status);
    EXPECT_EQ(status->code, "COPYUID");
    EXPECT_EQ(status->argument, "1 2:3 4:5");
    EXPECT_EQ(status->text, "copied");
    EXPECT_EQ(parse_status("no")->kind, Status::Kind::no);
    EXPECT_EQ(parse_status("BYE [unavailable] x")->code, "UNAVAILABLE");
    EXPECT_EQ(parse_status("OK [broken")->text, "[broken");
    EXPECT_FALSE(parse_status("OKAY"));
    EXPECT_FALSE(parse_status(""));
}

TEST(Responses, Fetch) {
    auto data = fetched(
        "* 12 FETCH (UID 7 FLAGS (\\Seen \\Recent $Forwarded \\Unknown) RFC822.SIZE 3000000000 "
        "INTERNALDATE \" 1-Feb-2026 10:00:00 +0100\" MODSEQ (99) X-GM-LABELS (\"a b\" (c)))\r\n");
    ASSERT_TRUE(data);
    EXPECT_EQ(data->number, 12U);
    EXPECT_EQ(data->uid, 7U);
    EXPECT_EQ(data->flags->bits, mail::seen);
    EXPECT_THAT(data->flags->keywords, ElementsAre("$Forwarded"));
    EXPECT_EQ(data->size, 3000000000U);
    EXPECT_EQ(data->date, 1769936400);
    EXPECT_EQ(data->modseq, 99U);
    EXPECT_FALSE(data->has_body);
    EXPECT_EQ(fetched("* 1 FETCH (BODY[] NIL UID 3)\r\n")->body, std::nullopt);
    EXPECT_EQ(fetched("* 1 FETCH (BODY[HEADER.FIELDS (\"A B\")] \"q\\\"x\" UID 3)\r\n")->body, "q\"x");
    EXPECT_EQ(fetched("* 1 FETCH (BODY[]<0> {3}\r\na)b UID 3)\r\n")->body, "a)b");
    const std::string large(4000, 'y');
    EXPECT_EQ(fetched("* 1 FETCH (UID 3 BODY[] {4000}\r\n" + large + ")\r\n")->body, large);
    EXPECT_EQ(fetched("* 1 FETCH (UID 3 BODY[] ~{2}\r\n" + std::string("a\0", 2) + ")\r\n")->body,
              std::string("a\0", 2));
}

TEST(Responses, FetchThatMakesNoSense) {
    for (const char* text :
         {"* 1 FETCH\r\n", "* 1 FETCH (UID)\r\n", "* 1 FETCH (UID x)\r\n", "* 1 FETCH (UID 1\r\n",
          "* 1 FETCH (UID 99999999999)\r\n", "* 1 FETCH (BODY[] x)\r\n", "* 1 FETCH (BODY[\r\n",
          "* 1 FETCH (MODSEQ 5)\r\n", "* 1 FETCH ( )\r\n"}) {
        EXPECT_FALSE(fetched(text)) << text;
    }
    EXPECT_FALSE(fetched("* 1 FETCH (UID 1 INTERNALDATE \"yesterday\")\r\n")->date);
}

TEST(Responses, DeepNestingIsRefused) {
    EXPECT_FALSE(fetched("* 1 FETCH (X " + std::string(1000, '(') + "\r\n"));
}

TEST(Responses, List) {
    auto entry = parsed(parse_list, "* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent Items\"\r\n");
    ASSERT_TRUE(entry);
    EXPECT_TRUE(entry->has("\\sent"));
    EXPECT_EQ(entry->delimiter, '/');
    EXPECT_EQ(entry->name, "Sent Items");
    EXPECT_EQ(parsed(parse_list, "* LIST () NIL inbox\r\n")->delimiter, 0);
    EXPECT_EQ(parsed(parse_list, "* LIST () \".\" {4}\r\na\"b \r\n")->name, "a\"b ");
    EXPECT_EQ(parsed(parse_list, "* LIST () \".\" Work(1) (CHILDINFO (x))\r\n")->name, "Work(1)");
    EXPECT_FALSE(parsed(parse_list, "* LIST () \".\" \"\"\r\n"));
    EXPECT_FALSE(parsed(parse_list, "* LIST \".\" x\r\n"));
}

TEST(Responses, MailboxStatus) {
    auto status =
        parsed(parse_mailbox_status,
               "* STATUS \"a b\" (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 77 UNSEEN 1 HIGHESTMODSEQ 12345678901 "
               "MAILBOXID (x))\r\n");
    ASSERT_TRUE(status);
    EXPECT_EQ(status->name, "a b");
    EXPECT_EQ(status->messages, 3U);
    EXPECT_EQ(status->uidnext, 9U);
    EXPECT_EQ(status->uidvalidity, 77U);
    EXPECT_EQ(status->modseq, 12345678901U);
    EXPECT_FALSE(parsed(parse_mailbox_status, "* STATUS a (MESSAGES\r\n"));
}

TEST(Responses, SearchAndVanished) {
    EXPECT_EQ(parsed(parse_search, "* SEARCH 3 1 2 9 (MODSEQ 5)\r\n")->to_string(), "1:3,9");
    EXPECT_EQ(parsed(parse_search, "* SEARCH\r\n")->to_string(), "");
    EXPECT_EQ(parsed(parse_search, "* ESEARCH (TAG \"P1\") UID ALL 1:3,9\r\n")->to_string(), "1:3,9");
    EXPECT_EQ(parsed(parse_search, "* ESEARCH (TAG \"P1\") UID\r\n")->to_string(), "");
    EXPECT_FALSE(parsed(parse_search, "* ESEARCH UID ALL 1:x\r\n"));
    auto vanished = parsed(parse_vanished, "* VANISHED (EARLIER) 4,6:7\r\n");
    ASSERT_TRUE(vanished);
    EXPECT_TRUE(vanished->earlier);
    EXPECT_EQ(vanished->uids.to_string(), "4,6:7");
    EXPECT_FALSE(parsed(parse_vanished, "* VANISHED\r\n"));
}

TEST(Responses, Namespaces) {
    auto found =
        parsed(parse_namespaces,
               "* NAMESPACE ((\"INBOX.\" \".\")) ((\"user.\" \".\")) ((\"\" \".\") (\"shared.\" \".\"))\r\n");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->prefix, "INBOX.");
    EXPECT_EQ(found->delimiter, '.');
    EXPECT_THAT(found->others, ElementsAre("user.", "shared."));
    EXPECT_EQ(parsed(parse_namespaces, "* NAMESPACE NIL NIL NIL\r\n")->prefix, "");
    EXPECT_FALSE(parsed(parse_namespaces, "* NAMESPACE (x) NIL NIL\r\n"));
}

TEST(Responses, UidsOfCopiesAndAppends) {
    auto copied = parse_copyuid("38505 304,319:320 3958,3956:3957");
    ASSERT_TRUE(copied);
    EXPECT_EQ(copied->uidvalidity, 38505U);
    EXPECT_THAT(copied->uids, ElementsAre(Pair(304, 3958), Pair(319, 3956), Pair(320, 3957)));
    EXPECT_FALSE(parse_copyuid("1 2:3 4"));
    EXPECT_FALSE(parse_copyuid("1 1:4294967295 1:4294967295"));
    EXPECT_FALSE(parse_copyuid("1 0 1"));
    EXPECT_EQ(parse_appenduid("7 9"), std::make_pair(7U, 9U));
    EXPECT_FALSE(parse_appenduid("7 0"));
    EXPECT_FALSE(parse_appenduid("7"));
}

}  // namespace
}  // namespace postern::imap_client
