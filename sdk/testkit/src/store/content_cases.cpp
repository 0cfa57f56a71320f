// Messages, their references, content with single instance, purging.
#include "store/store_case.hpp"

namespace postern::testkit {

using namespace store;

namespace {

constexpr AccountId account = StoreCase::account;
constexpr MailboxId inbox = StoreCase::inbox;

std::vector<MessageId> ids_of(const std::vector<MessageRow>& rows) {
    std::vector<MessageId> out;
    for (const auto& row : rows) out.push_back(row.id);
    return out;
}

void messages_come_in_the_order_asked(StoreCase& test) {
    test.add_inbox();
    for (std::uint64_t i = 1; i <= 60; ++i) {
        must(test.commit(Change(account).deliver(inbox, MessageId{i * 3}, i)));
    }
    const std::vector<MessageId> ids{MessageId{180}, MessageId{3},   MessageId{6},  MessageId{7},
                                     MessageId{9},   MessageId{90},  MessageId{93}, MessageId{12},
                                     MessageId{12},  MessageId{999}, MessageId{15}};
    const auto rows = must(test.session().read_messages(account, ids));
    EXPECT_EQ(ids_of(rows),
              (std::vector<MessageId>{MessageId{180}, MessageId{3}, MessageId{6}, MessageId{9}, MessageId{90},
                                      MessageId{93}, MessageId{12}, MessageId{12}, MessageId{15}}));
    for (const auto& row : rows) {
        EXPECT_EQ(row.record, "record " + std::to_string(value_of(row.id)));
        EXPECT_EQ(row.content, hash_of(value_of(row.id) / 3));
        EXPECT_EQ(row.references, 1);
        EXPECT_EQ(row.unreferenced_at, 0);
    }
    EXPECT_TRUE(must(test.session().read_messages(account, {})).empty());
}

void content_is_read_in_slices(StoreCase& test) {
    test.add_inbox();
    Change change(account);
    change.deliver(inbox, MessageId{1}, 1);
    change.value.contents[0].size = 5 * content_chunk_size - 3;
    change.value.contents[0].chunks.clear();
    std::string chunk(content_chunk_size - 3, 'c');
    for (int i = 0; i < 5; ++i) {
        chunk[0] = static_cast<char>(i);
        change.value.contents[0].chunks.push_back(chunk);
    }
    const auto chunks = change.value.contents[0].chunks;
    must(test.commit(change));
    auto slice = must(test.session().read_content(account, hash_of(1), 0, 100));
    EXPECT_EQ(slice.size, 5 * content_chunk_size - 3);
    EXPECT_TRUE(slice.chunks == chunks);
    slice = must(test.session().read_content(account, hash_of(1), 1, 2));
    EXPECT_EQ(slice.size, 5 * content_chunk_size - 3);
    ASSERT_EQ(slice.chunks.size(), 2u);
    EXPECT_TRUE(slice.chunks[0] == chunks[1] && slice.chunks[1] == chunks[2]);
    EXPECT_EQ(must(test.session().read_content(account, hash_of(1), 0, 1)).chunks.size(), 1u);
    EXPECT_EQ(must(test.session().read_content(account, hash_of(1), 4, 9)).chunks.size(), 1u);
    EXPECT_TRUE(must(test.session().read_content(account, hash_of(1), 5, 9)).chunks.empty());
    expect_error(test.session().read_content(account, hash_of(2), 0, 1), Errc::not_found);
}

void first_chunks_are_read_together(StoreCase& test) {
    test.add_inbox();
    Change change(account);
    change.deliver(inbox, MessageId{1}, 1, "one").deliver(inbox, MessageId{2}, 2, "two");
    change.deliver(inbox, MessageId{3}, 3);
    change.value.contents[2].size = 2 * content_chunk_size;
    const std::string begin(content_chunk_size, 'b');
    change.value.contents[2].chunks = {begin, std::string(content_chunk_size, 'e')};
    must(test.commit(change));
    const std::vector<ContentHash> hashes = {hash_of(3), hash_of(9), hash_of(1), hash_of(2), hash_of(1)};
    const auto chunks = must(test.session().read_first_chunks(account, hashes));
    EXPECT_TRUE((chunks == std::vector<std::string>{begin, "", "one", "two", "one"}));
    EXPECT_TRUE(must(test.session().read_first_chunks(account, {})).empty());
}

void equal_content_is_stored_once(StoreCase& test) {
    test.add_inbox();
    must(test.commit(Change(account).deliver(inbox, MessageId{1}, 1, "as first stored")));
    // Whoever gives the same hash again gives the same octets; other ones show which was kept.
    must(test.commit(Change(account)
                         .deliver(inbox, MessageId{2}, 1, "again")
                         .deliver(inbox, MessageId{3}, 1, "and again")));
    EXPECT_EQ(must(test.session().read_content(account, hash_of(1), 0, 9)).chunks,
              std::vector<std::string>{"as first stored"});
    EXPECT_TRUE(must(test.session().verify(account)).empty());
    // The content lives as long as the last message.
    must(test.commit(Change(account, 10)
                         .change(inbox, "expunged", 0, {-2, -2, 0, -2'000})
                         .reference(MessageId{1}, -1)
                         .reference(MessageId{2}, -1)));
    auto purged = must(test.session().purge(1'000, 100));
    EXPECT_EQ(purged.messages, 2u);
    EXPECT_EQ(purged.contents, 0u);
    EXPECT_EQ(must(test.session().read_content(account, hash_of(1), 0, 9)).chunks.size(), 1u);
    must(test.commit(
        Change(account, 10).change(inbox, "expunged", 0, {-1, -1, 0, -1'000}).reference(MessageId{3}, -1)));
    purged = must(test.session().purge(1'000, 100));
    EXPECT_EQ(purged.messages, 1u);
    EXPECT_EQ(purged.contents, 1u);
    expect_error(test.session().read_content(account, hash_of(1), 0, 9), Errc::not_found);
    EXPECT_TRUE(must(test.session().verify(account)).empty());
}

void message_may_use_content_stored_before(StoreCase& test) {
    test.add_inbox();
    must(test.commit(Change(account).deliver(inbox, MessageId{1}, 1)));
    Change change(account);
    change.deliver(inbox, MessageId{2}, 1);
    change.value.contents.clear();
    must(test.commit(change));
    EXPECT_EQ(test.message(MessageId{2})->content, hash_of(1));
    change.value.messages[0] = {MessageId{3}, hash_of(33), "record"};
    change.value.references[0].message = MessageId{3};
    expect_error(test.commit(change), Errc::not_found);
    EXPECT_TRUE(must(test.session().verify(account)).empty());
}

void taken_message_id_is_refused(StoreCase& test) {
    test.add_inbox();
    must(test.commit(Change(account).deliver(inbox, MessageId{1}, 1)));
    expect_error(test.commit(Change(account).deliver(inbox, MessageId{1}, 2)), Errc::already_exists);
    EXPECT_EQ(test.message(MessageId{1})->content, hash_of(1));
    EXPECT_EQ(test.mailbox().total, 1u);
}

void references_are_counted(StoreCase& test) {
    test.add_inbox();
    must(test.commit(Change(account, 5).deliver(inbox, MessageId{1}, 1)));
    must(test.commit(Change(account, 6).reference(MessageId{1}, 2)));
    EXPECT_EQ(test.message(MessageId{1})->references, 3);
    // Several changes count as their sum, whatever their order.
    auto result = must(test.commit(Change(account, 7)
                                       .reference(MessageId{1}, -4)
                                       .reference(MessageId{1}, 1)
                                       .reference(MessageId{1}, 1)));
    EXPECT_TRUE(result.unreferenced.empty());
    EXPECT_EQ(test.message(MessageId{1})->references, 1);
    result = must(test.commit(Change(account, 8).reference(MessageId{1}, -1)));
    EXPECT_EQ(result.unreferenced, std::vector<MessageId>{MessageId{1}});
    EXPECT_EQ(test.message(MessageId{1})->references, 0);
    EXPECT_EQ(test.message(MessageId{1})->unreferenced_at, 8);
    expect_error(test.commit(Change(account, 9).reference(MessageId{1}, -1)), Errc::invalid);
    expect_error(test.commit(Change(account, 9).reference(MessageId{2}, 1)), Errc::not_found);
    result = must(test.commit(Change(account, 9).reference(MessageId{1}, 1)));
    EXPECT_TRUE(result.unreferenced.empty());
    EXPECT_EQ(test.message(MessageId{1})->references, 1);
    EXPECT_EQ(test.message(MessageId{1})->unreferenced_at, 0);
}

void message_without_placement_waits_for_the_purge(StoreCase& test) {
    test.add_inbox();
    Change change(account, 50);
    change.value.contents.push_back({hash_of(1), 10, {"x"}});
    change.value.messages.push_back({MessageId{1}, hash_of(1), "r"});
    const auto result = must(test.commit(change));
    EXPECT_TRUE(result.unreferenced.empty());  // it did not fall to 0
    EXPECT_EQ(test.message(MessageId{1})->unreferenced_at, 50);
    EXPECT_EQ(must(test.session().purge(51, 10)).messages, 1u);
}

void unreferenced_messages_are_listed_newest_first(StoreCase& test) {
    test.add_inbox();
    for (std::uint64_t i = 1; i <= 5; ++i) must(test.commit(Change(account).deliver(inbox, MessageId{i}, i)));
    for (std::uint64_t i = 1; i <= 4; ++i) {
        must(test.commit(Change(account, static_cast<UnixTime>(100 * i)).reference(MessageId{i}, -1)));
    }
    EXPECT_EQ(ids_of(must(test.session().list_unreferenced(account, 200, 10))),
              (std::vector<MessageId>{MessageId{4}, MessageId{3}, MessageId{2}}));
    EXPECT_EQ(ids_of(must(test.session().list_unreferenced(account, 0, 2))),
              (std::vector<MessageId>{MessageId{4}, MessageId{3}}));
}

void purge_respects_grace_and_limit(StoreCase& test) {
    test.add_inbox();
    test.add_inbox(AccountId{8}, "ben");
    for (std::uint64_t i = 1; i <= 4; ++i) {
        for (const AccountId owner : {account, AccountId{8}}) {
            must(test.commit(Change(owner).deliver(inbox, MessageId{i}, i)));
            if (i < 4) {
                must(test.commit(Change(owner, static_cast<UnixTime>(100 * i))
                                     .change(inbox, "expunged", 0, {-1, -1, 0, -1'000})
                                     .reference(MessageId{i}, -1)));
            }
        }
    }
    EXPECT_EQ(must(test.session().purge(100, 100)).messages, 0u);
    EXPECT_EQ(must(test.session().purge(300, 3)).messages, 3u);
    const auto rest = must(test.session().purge(300, 3));
    EXPECT_EQ(rest.messages, 1u);
    EXPECT_EQ(rest.contents, 1u);
    for (const AccountId owner : {account, AccountId{8}}) {
        const std::vector<MessageId> all{MessageId{1}, MessageId{2}, MessageId{3}, MessageId{4}};
        EXPECT_EQ(ids_of(must(test.session().read_messages(owner, all))),
                  (std::vector<MessageId>{MessageId{3}, MessageId{4}}));
        EXPECT_EQ(must(test.session().read_content(owner, hash_of(3), 0, 1)).chunks.size(), 1u);
        expect_error(test.session().read_content(owner, hash_of(2), 0, 1), Errc::not_found);
        EXPECT_TRUE(must(test.session().verify(owner)).empty());
    }
    // What was restored in time stays.
    must(test.commit(
        Change(account, 400).change(inbox, "restored", 1, {1, 1, 0, 1'000}).reference(MessageId{3}, 1)));
    EXPECT_EQ(must(test.session().purge(1'000, 100)).messages, 1u);
    EXPECT_TRUE(test.message(MessageId{3}));
}

constexpr Case cases[] = {
    {"MessagesComeInTheOrderAsked", messages_come_in_the_order_asked},
    {"ContentIsReadInSlices", content_is_read_in_slices},
    {"FirstChunksAreReadTogether", first_chunks_are_read_together},
    {"EqualContentIsStoredOnce", equal_content_is_stored_once},
    {"MessageMayUseContentStoredBefore", message_may_use_content_stored_before},
    {"TakenMessageIdIsRefused", taken_message_id_is_refused},
    {"ReferencesAreCounted", references_are_counted},
    {"MessageWithoutPlacementWaitsForThePurge", message_without_placement_waits_for_the_purge},
    {"UnreferencedMessagesAreListedNewestFirst", unreferenced_messages_are_listed_newest_first},
    {"PurgeRespectsGraceAndLimit", purge_respects_grace_and_limit},
};

}  // namespace

std::span<const Case> content_cases() {
    return cases;
}

}  // namespace postern::testkit
