// What ResponseWriter writes, a client reads back as it was meant, however the octets are cut.
#include <gtest/gtest.h>

#include <random>

#include "postern/imap/mailbox_name.hpp"
#include "postern/imap/response_writer.hpp"
#include "postern/mime/decode.hpp"
#include "postern/testkit/imap_client_parser.hpp"

namespace postern::imap {
namespace {

using testkit::ImapClientParser;
using testkit::ImapResponse;

class RoundTrip : public ::testing::TestWithParam<WriterModes> {
protected:
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }

    /// Octets that make trouble; no NUL, which IMAP cannot carry.
    std::string octets(std::uint32_t size) {
        static constexpr std::string_view letters = "ab \"\\(){}[]*%~+&\r\n\t\x7f\xc3\xa9\xff";
        std::string out;
        for (auto n = below(size); n > 0; --n) out += letters[below(letters.size())];
        return out;
    }

    Value value(int depth) {
        switch (below(depth > 0 ? 4 : 3)) {
            case 0:
                return {};
            case 1:
                return {Value::Kind::atom, "A" + std::to_string(below(1000)), {}};
            case 2:
                return {Value::Kind::string, octets(12), {}};
            default:
                break;
        }
        Value out{Value::Kind::list, {}, {}};
        for (auto n = below(4); n > 0; --n) out.items.push_back(value(depth - 1));
        return out;
    }

    /// Feeds the octets in random pieces; there must be exactly one response.
    ImapResponse read(std::string_view text) {
        ImapClientParser parser;
        std::vector<ImapResponse> got;
        while (!text.empty()) {
            const std::string_view piece = text.substr(0, 1 + below(10));
            text.remove_prefix(piece.size());
            parser.feed(piece);
            while (auto r = parser.next()) got.push_back(std::move(*r));
        }
        EXPECT_EQ(got.size(), 1U);
        return got.empty() ? ImapResponse{} : got.front();
    }

    std::mt19937 random_{17};
};

TEST_P(RoundTrip, Values) {
    for (int i = 0; i < 3000; ++i) {
        std::vector<Value> values;
        for (auto n = 1 + below(3); n > 0; --n) values.push_back(value(3));
        OutputBuffer out;
        ResponseWriter w(out, GetParam());
        w.untagged().atom("X");
        for (const Value& v : values) w.value(v);
        w.end_line();
        const ImapResponse r = read(out.view());
        ASSERT_EQ(r.malformed, "") << out.view();
        ASSERT_EQ(r.data, values) << out.view();
    }
}

TEST_P(RoundTrip, StatusTextNeverBreaksTheLine) {
    for (int i = 0; i < 500; ++i) {
        OutputBuffer out;
        ResponseWriter(out, GetParam()).status("a", "NO", "X", octets(30));
        const ImapResponse r = read(out.view());
        ASSERT_EQ(r.malformed, "") << out.view();
        ASSERT_EQ(r.code, "X");
    }
}

TEST_P(RoundTrip, MailboxNames) {
    for (int i = 0; i < 2000; ++i) {
        std::string name = octets(20);
        if (!mime::is_utf8(name))
            std::erase_if(name, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
        if (i % 2 == 0) name.insert(below(static_cast<std::uint32_t>(name.size() + 1)), "\xc3\xa9");
        if (!mime::is_utf8(name)) continue;
        OutputBuffer out;
        ResponseWriter w(out, GetParam());
        w.untagged().atom("X").mailbox(name).end_line();
        const ImapResponse r = read(out.view());
        ASSERT_EQ(r.malformed, "") << out.view();
        ASSERT_EQ(r.data.size(), 1U);
        ASSERT_EQ(*mailbox_from_wire(r.data[0].text, GetParam().utf8_mailbox_names), name);
    }
}

TEST_P(RoundTrip, FetchOfFlags) {
    for (int i = 0; i < 500; ++i) {
        Flags flags{static_cast<std::uint8_t>(below(64)), {}, false};
        for (auto n = below(3); n > 0; --n) add_keyword(flags, "k" + std::to_string(below(100)));
        const std::uint32_t uid = 1 + below(1000000);
        OutputBuffer out;
        ResponseWriter(out, GetParam()).fetch_uid_flags(7, uid, flags_text(flags));
        const ImapResponse r = read(out.view());
        ASSERT_EQ(r.malformed, "");
        ASSERT_EQ(r.number, 7U);
        auto pairs = testkit::pairs_of(r.data.at(0).items);
        ASSERT_EQ(testkit::number_of(pairs["UID"]), uid);
        ASSERT_EQ(testkit::flags_of(pairs["FLAGS"]), flags);
    }
}

INSTANTIATE_TEST_SUITE_P(Modes, RoundTrip,
                         ::testing::Values(WriterModes{}, WriterModes{true, false}, WriterModes{true, true}));

}  // namespace
}  // namespace postern::imap
