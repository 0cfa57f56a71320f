// Attributes and scripts.
#include "store/store_case.hpp"

namespace postern::testkit {

using namespace store;

namespace {

constexpr AccountId account = StoreCase::account;
constexpr MailboxId inbox = StoreCase::inbox;
using Kind = ScriptWrite::Kind;

Change set(MailboxId mailbox, std::string entry, std::string value, bool remove = false) {
    Change change(account);
    change.value.attributes.push_back({{mailbox, std::move(entry), std::move(value)}, remove});
    return change;
}

Change script(Kind kind, std::string name, std::string text = "", std::string new_name = "") {
    Change change(account);
    change.value.scripts.push_back({kind, std::move(name), std::move(text), std::move(new_name)});
    return change;
}

std::vector<std::string> entries(StoreCase& test, std::optional<MailboxId> mailbox, std::string_view prefix) {
    std::vector<std::string> out;
    for (const auto& row : must(test.session().read_attributes(account, mailbox, prefix))) {
        out.push_back(std::to_string(value_of(row.mailbox)) + row.entry + "=" + row.value);
    }
    return out;
}

void attributes_are_found_by_prefix(StoreCase& test) {
    test.add_inbox();
    must(test.commit(set(inbox, "/private/comment", "a")));
    must(test.commit(set(inbox, "/private/comment/x", "b")));
    must(test.commit(set(inbox, "/shared/%_", "c")));
    must(test.commit(set(MailboxId{}, "/private/comment", "d")));
    using List = std::vector<std::string>;
    EXPECT_EQ(entries(test, inbox, "/private/"), (List{"11/private/comment=a", "11/private/comment/x=b"}));
    EXPECT_EQ(entries(test, inbox, "/shared/%"), List{"11/shared/%_=c"});
    EXPECT_EQ(entries(test, inbox, "/private/%"), List{});
    EXPECT_EQ(entries(test, MailboxId{}, ""), List{"0/private/comment=d"});
    EXPECT_EQ(entries(test, std::nullopt, "/private/comment").size(), 3u);
    EXPECT_EQ(entries(test, std::nullopt, "").size(), 4u);
    // The neighbours of a prefix in the order of entries, one that ends beyond ASCII, and entries beyond the BMP.
    must(test.commit(set(inbox, "/a", "1")));
    must(test.commit(set(inbox, "/a/", "2")));
    must(test.commit(set(inbox, "/a/\xF0\x9F\x93\xAC", "3")));
    must(test.commit(set(inbox, "/a0", "4")));
    must(test.commit(set(inbox,
                         "/a\xC3\xBC"
                         "b",
                         "5")));
    EXPECT_EQ(entries(test, inbox, "/a/"), (List{"11/a/=2", "11/a/\xF0\x9F\x93\xAC=3"}));
    EXPECT_EQ(entries(test, inbox, "/a\xC3\xBC"), List{"11/a\xC3\xBC"
                                                       "b=5"});
    EXPECT_EQ(entries(test, inbox, "/a/\xF0\x9F\x93\xAC"), List{"11/a/\xF0\x9F\x93\xAC=3"});
    EXPECT_EQ(entries(test, inbox, "/a").size(), 5u);
}

void attributes_are_replaced_and_removed(StoreCase& test) {
    test.add_inbox();
    const std::string octets("\0\xff\r\n", 4);
    must(test.commit(set(inbox, "/private/x", "old")));
    must(test.commit(set(inbox, "/private/x", octets)));
    EXPECT_EQ(must(test.session().read_attributes(account, inbox, ""))[0].value, octets);
    must(test.commit(set(inbox, "/private/x", "", true)));
    must(test.commit(set(inbox, "/private/never", "", true)));
    EXPECT_TRUE(entries(test, std::nullopt, "").empty());
    expect_error(test.commit(set(MailboxId{99}, "/private/x", "1")), Errc::not_found);
}

void attributes_go_with_their_mailbox(StoreCase& test) {
    test.add_inbox();
    must(test.commit(set(inbox, "/private/x", "1")));
    must(test.commit(set(MailboxId{}, "/private/x", "2")));
    must(test.commit(Change(account).erase(inbox)));
    EXPECT_EQ(entries(test, std::nullopt, ""), std::vector<std::string>{"0/private/x=2"});
}

void scripts_are_kept_with_one_active(StoreCase& test) {
    test.add_account();
    must(test.commit(script(Kind::put, "main", "keep;")));
    must(test.commit(script(Kind::put, "away", "vacation;")));
    must(test.commit(script(Kind::activate, "main")));
    must(test.commit(script(Kind::activate, "away")));
    must(test.commit(script(Kind::put, "away", "vacation \"gone\";")));  // stays active
    auto rows = must(test.session().read_scripts(account));
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].name, "away");
    EXPECT_EQ(rows[0].text, "vacation \"gone\";");
    EXPECT_TRUE(rows[0].active);
    EXPECT_EQ(rows[1].name, "main");
    EXPECT_FALSE(rows[1].active);

    must(test.commit(script(Kind::rename, "away", "", "holiday")));
    rows = must(test.session().read_scripts(account));
    EXPECT_EQ(rows[0].name, "holiday");
    EXPECT_TRUE(rows[0].active);
    must(test.commit(script(Kind::activate, "")));
    for (const auto& row : must(test.session().read_scripts(account))) EXPECT_FALSE(row.active);
    must(test.commit(script(Kind::activate, "")));  // nothing is active: no error
    must(test.commit(script(Kind::remove, "holiday")));
    EXPECT_EQ(must(test.session().read_scripts(account)).size(), 1u);
}

void missing_and_taken_scripts_are_refused(StoreCase& test) {
    test.add_account();
    must(test.commit(script(Kind::put, "a", "1")));
    must(test.commit(script(Kind::put, "b", "2")));
    must(test.commit(script(Kind::activate, "a")));
    expect_error(test.commit(script(Kind::activate, "missing")), Errc::not_found);
    EXPECT_TRUE(must(test.session().read_scripts(account))[0].active);  // and the old one stays
    expect_error(test.commit(script(Kind::remove, "missing")), Errc::not_found);
    expect_error(test.commit(script(Kind::rename, "missing", "", "c")), Errc::not_found);
    expect_error(test.commit(script(Kind::rename, "a", "", "b")), Errc::already_exists);
    EXPECT_EQ(must(test.session().read_scripts(account)).size(), 2u);
}

constexpr Case cases[] = {
    {"AttributesAreFoundByPrefix", attributes_are_found_by_prefix},
    {"AttributesAreReplacedAndRemoved", attributes_are_replaced_and_removed},
    {"AttributesGoWithTheirMailbox", attributes_go_with_their_mailbox},
    {"ScriptsAreKeptWithOneActive", scripts_are_kept_with_one_active},
    {"MissingAndTakenScriptsAreRefused", missing_and_taken_scripts_are_refused},
};

}  // namespace

std::span<const Case> detail_cases() {
    return cases;
}

}  // namespace postern::testkit
