#include "kernel/auth/key_sealer.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace postern::auth {
namespace {

KeySealer::Key key(std::uint32_t id, std::uint8_t octet) {
    KeySealer::Key k;
    k.id = id;
    k.octets.fill(octet);
    return k;
}

TEST(KeySealer, OpensWhatItSealed) {
    KeySealer sealer({key(1, 7)});
    const std::string sealed = sealer.seal("7/password", std::string("hun\0ter2", 8));
    EXPECT_EQ(sealed.find("ter2"), std::string::npos);
    auto opened = sealer.open("7/password", sealed);
    ASSERT_TRUE(opened);
    EXPECT_EQ(*opened, std::string("hun\0ter2", 8));
}

TEST(KeySealer, SealsTheSameTextDifferentlyEachTime) {
    KeySealer sealer({key(1, 7)});
    EXPECT_NE(sealer.seal("7/password", "secret"), sealer.seal("7/password", "secret"));
}

TEST(KeySealer, RefusesAValueMovedToAnotherAccount) {
    KeySealer sealer({key(1, 7)});
    auto opened = sealer.open("8/password", sealer.seal("7/password", "secret"));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::corrupt);
}

TEST(KeySealer, RefusesAValueWithAnyOctetChanged) {
    KeySealer sealer({key(1, 7)});
    const std::string sealed = sealer.seal("7/password", "secret");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        std::string altered = sealed;
        altered[i] = static_cast<char>(altered[i] ^ 1);
        EXPECT_FALSE(sealer.open("7/password", altered)) << "octet " << i;
    }
}

TEST(KeySealer, RefusesAValueCutShort) {
    KeySealer sealer({key(1, 7)});
    const std::string sealed = sealer.seal("7/password", "secret");
    for (std::size_t n = 0; n < sealed.size(); ++n)
        EXPECT_FALSE(sealer.open("7/password", sealed.substr(0, n)));
}

TEST(KeySealer, OpensValuesOfAnOlderKeyAfterRotation) {
    KeySealer before({key(1, 7)});
    const std::string sealed = before.seal("c", "secret");
    KeySealer after({key(2, 9), key(1, 7)});
    ASSERT_TRUE(after.open("c", sealed));
    EXPECT_FALSE(before.open("c", after.seal("c", "secret")));
}

std::string from_hex(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
    return out;
}

TEST(KeySealer, ARotationSealsTheDataKeyAlone) {
    KeySealer before({key(1, 7)});
    const std::string sealed = before.seal("c", "secret");
    KeySealer both({key(2, 9), key(1, 7)});
    EXPECT_FALSE(both.is_current(sealed));
    const auto moved = both.reseal("c", sealed);
    ASSERT_TRUE(moved);
    EXPECT_TRUE(both.is_current(*moved));
    constexpr std::size_t text_at = 1 + 4 + 16 + 32 + 16;
    EXPECT_EQ(moved->substr(text_at), sealed.substr(text_at)) << "the text stays as it was";
    EXPECT_NE(moved->substr(5, text_at - 5), sealed.substr(5, text_at - 5));
    KeySealer after({key(2, 9)});
    EXPECT_EQ(*after.open("c", *moved), "secret");
    EXPECT_FALSE(after.open("d", *moved));
    EXPECT_FALSE(after.open("c", sealed));
    EXPECT_FALSE(both.reseal("d", sealed));
    EXPECT_FALSE(after.reseal("c", sealed));
    EXPECT_FALSE(both.reseal("c", "nonsense"));
}

// A value as version 1 wrote it: no data key, and the text under a key derived from the master key.
TEST(KeySealer, ValuesWithoutADataKeyAreReadAndGetOneWhenTheKeyIsRotated) {
    const std::string old =
        from_hex("0100000001000102030405060708090a0b0c0d0e0f834c9dffcc5656ed8f1e376c647554d066e77407fd79");
    KeySealer sealer({key(2, 9), key(1, 7)});
    EXPECT_EQ(KeySealer::key_id_of(old), 1U);
    EXPECT_EQ(*sealer.open("7/password", old), "secret");
    EXPECT_FALSE(sealer.open("8/password", old));
    const auto fresh = sealer.reseal("7/password", old);
    ASSERT_TRUE(fresh);
    EXPECT_EQ((*fresh)[0], 2);
    KeySealer after({key(2, 9)});
    EXPECT_EQ(*after.open("7/password", *fresh), "secret");
}

struct KeyFileTest : testing::Test {
    std::string folder = testing::TempDir() + "key-file-" + std::to_string(getpid());
    std::string file = folder + "/master.key";
    void SetUp() override { std::filesystem::create_directories(folder); }
    void TearDown() override { std::filesystem::remove_all(folder); }

    void write(const std::string& text, mode_t mode) {
        std::ofstream(file) << text;
        chmod(file.c_str(), mode);
    }
};

TEST_F(KeyFileTest, IsMadeOnceReadableOnlyByItsOwner) {
    auto first = KeySealer::open_file(file);
    ASSERT_TRUE(first) << first.error().text;
    struct stat facts {};
    ASSERT_EQ(stat(file.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0400U);
    auto second = KeySealer::open_file(file);
    ASSERT_TRUE(second);
    EXPECT_TRUE(second->open("c", first->seal("c", "secret")));
}

TEST_F(KeyFileTest, ANewKeyIsUsedByThoseWhoHaveTheFileOpen) {
    auto running = KeySealer::open_file(file);
    ASSERT_TRUE(running);
    const std::string old = running->seal("c", "old");
    EXPECT_EQ(KeySealer::key_id_of(old), 1U);
    auto added = KeySealer::add_key(file);
    ASSERT_TRUE(added) << added.error().text;
    EXPECT_EQ(*added, 2U);
    struct stat facts {};
    ASSERT_EQ(stat(file.c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777, 0400U);
    auto other = KeySealer::open_file(file);
    ASSERT_TRUE(other);
    const std::string fresh = other->seal("c", "new");
    EXPECT_EQ(KeySealer::key_id_of(fresh), 2U);
    EXPECT_EQ(*running->open("c", fresh), "new") << "the file is read again for a key that is not known";
    EXPECT_EQ(KeySealer::key_id_of(running->seal("c", "x")), 2U);
    EXPECT_EQ(*running->open("c", old), "old");
    EXPECT_EQ(running->key_ids(), (std::vector<std::uint32_t>{2, 1}));
}

TEST_F(KeyFileTest, AnOldKeyCanGo) {
    auto running = KeySealer::open_file(file);
    const std::string old = running->seal("c", "old");
    ASSERT_TRUE(KeySealer::add_key(file));
    std::ifstream in(file);
    std::string first;
    std::getline(in, first);
    std::filesystem::remove(file);
    write(first + "\n", 0400);
    EXPECT_EQ(running->key_ids(), std::vector<std::uint32_t>{2});
    EXPECT_FALSE(running->open("c", old));
}

TEST_F(KeyFileTest, ABrokenFileChangesNothingForThoseWhoRun) {
    auto running = KeySealer::open_file(file);
    const std::string sealed = running->seal("c", "text");
    std::filesystem::remove(file);
    write("no key here\n", 0400);
    EXPECT_EQ(*running->open("c", running->seal("c", "more")), "more");
    EXPECT_EQ(*running->open("c", sealed), "text");
    EXPECT_FALSE(KeySealer::add_key(file));
}

TEST_F(KeyFileTest, TwoDoNotAddAKeyAtOnce) {
    ASSERT_TRUE(KeySealer::open_file(file));
    std::ofstream(file + ".new") << "somebody's";
    auto added = KeySealer::add_key(file);
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, Errc::conflict);
    EXPECT_EQ(KeySealer::open_file(file)->key_ids(), std::vector<std::uint32_t>{1});
}

TEST_F(KeyFileTest, IsRefusedWhenOthersMayReadIt) {
    write("1 " + std::string(64, 'a') + "\n", 0644);
    auto sealer = KeySealer::open_file(file);
    ASSERT_FALSE(sealer);
    EXPECT_NE(sealer.error().text.find("0400"), std::string::npos);
}

TEST_F(KeyFileTest, IsRefusedWhenALineIsNotAKey) {
    for (const char* text : {"", "1 abc\n", "x 00\n", "no key here\n"}) {
        write(text, 0400);
        EXPECT_FALSE(KeySealer::open_file(file)) << text;
        std::filesystem::remove(file);
    }
}

}  // namespace
}  // namespace postern::auth
