#include "postern/mime/section.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postern::mime {
namespace {

// The shape of RFC 3501 section 6.4.5's example, shortened.
const std::string raw =
    "Content-Type: multipart/mixed; boundary=o\r\n\r\n"
    "--o\r\n\r\none\r\n"
    "--o\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n"
    "--o\r\nContent-Type: message/rfc822\r\n\r\n"
    "Subject: inner\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n"
    "--i\r\n\r\nthree-one\r\n"
    "--i\r\nX: 2\r\n\r\nthree-two\r\n--i--\r\n"
    "--o\r\nContent-Type: message/rfc822\r\n\r\nSubject: single\r\n\r\nfour\r\n"
    "--o--\r\n";

std::string section(std::string_view message, std::vector<std::uint32_t> path, SectionText text) {
    std::string index;
    append_structure_index(parse_message(message), index);
    const auto found = find_section(index, path, text);
    if (!found) return "error";
    if (!*found) return "NIL";
    return std::string(message.substr((*found)->offset, (*found)->length));
}

TEST(Section, OfTheMessage) {
    EXPECT_EQ(section(raw, {}, SectionText::whole), raw);
    EXPECT_EQ(section(raw, {}, SectionText::header), "Content-Type: multipart/mixed; boundary=o\r\n\r\n");
    EXPECT_EQ(section(raw, {}, SectionText::text), raw.substr(45));
    EXPECT_EQ(section(raw, {}, SectionText::mime), "NIL");
}

TEST(Section, OfParts) {
    EXPECT_EQ(section(raw, {1}, SectionText::whole), "one");
    EXPECT_EQ(section(raw, {1}, SectionText::mime), "\r\n");
    EXPECT_EQ(section(raw, {1}, SectionText::header), "NIL");
    EXPECT_EQ(section(raw, {1}, SectionText::text), "NIL");
    EXPECT_EQ(section(raw, {1, 1}, SectionText::whole), "NIL");
    EXPECT_EQ(section(raw, {2}, SectionText::whole), "AAAA");
    EXPECT_EQ(section(raw, {3}, SectionText::mime), "Content-Type: message/rfc822\r\n\r\n");
    EXPECT_EQ(section(raw, {3}, SectionText::header),
              "Subject: inner\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n");
    EXPECT_EQ(section(raw, {3}, SectionText::text),
              "--i\r\n\r\nthree-one\r\n--i\r\nX: 2\r\n\r\nthree-two\r\n--i--");
    EXPECT_EQ(section(raw, {3, 2}, SectionText::whole), "three-two");
    EXPECT_EQ(section(raw, {3, 2}, SectionText::mime), "X: 2\r\n\r\n");
    EXPECT_EQ(section(raw, {3, 3}, SectionText::whole), "NIL");
    EXPECT_EQ(section(raw, {4, 1}, SectionText::whole), "four");
    EXPECT_EQ(section(raw, {4, 1}, SectionText::mime), "Subject: single\r\n\r\n");
    EXPECT_EQ(section(raw, {4, 1, 1}, SectionText::whole), "NIL");
    EXPECT_EQ(section(raw, {4, 2}, SectionText::whole), "NIL");
    EXPECT_EQ(section(raw, {4}, SectionText::text), "four");
    EXPECT_EQ(section(raw, {5}, SectionText::whole), "NIL");
    EXPECT_EQ(section(raw, {0}, SectionText::whole), "NIL");
}

TEST(Section, OfAMessageThatIsNotMultipart) {
    const std::string plain = "A: 1\n\nbody";
    EXPECT_EQ(section(plain, {1}, SectionText::whole), "body");
    EXPECT_EQ(section(plain, {1}, SectionText::mime), "A: 1\n\n");
    EXPECT_EQ(section(plain, {1, 1}, SectionText::whole), "NIL");
    EXPECT_EQ(section(plain, {2}, SectionText::whole), "NIL");
    const std::string wrapped = "Content-Type: message/rfc822\n\nB: 2\n\ninner";
    EXPECT_EQ(section(wrapped, {1}, SectionText::header), "B: 2\n\n");
    EXPECT_EQ(section(wrapped, {1, 1}, SectionText::whole), "inner");
}

TEST(Section, TellsEncodingAndKind) {
    std::string index;
    append_structure_index(parse_message(raw), index);
    const std::vector<std::uint32_t> second = {2}, third = {3}, first = {1};
    EXPECT_EQ(find_section(index, second, SectionText::whole).value()->encoding, Encoding::base64);
    EXPECT_EQ(find_section(index, third, SectionText::whole).value()->kind, PartKind::message);
    EXPECT_TRUE(find_section(index, first, SectionText::whole).value()->is_text);
    EXPECT_FALSE(find_section(index, second, SectionText::whole).value()->is_text);
    EXPECT_LT(index.size(), 60U);
}

TEST(Section, DamagedIndexIsCorrupt) {
    std::string index;
    append_structure_index(parse_message(raw), index);
    const std::vector<std::uint32_t> last = {4, 1};
    EXPECT_TRUE(find_section(index, last, SectionText::whole).has_value());
    for (std::size_t n = 0; n < index.size() - 8; ++n) {
        const auto r = find_section(std::string_view(index).substr(0, n), last, SectionText::whole);
        ASSERT_TRUE(r.has_error()) << n;
        EXPECT_EQ(r.error().code, Errc::corrupt);
    }
    index[0] = 9;
    EXPECT_TRUE(find_section(index, last, SectionText::whole).has_error());
    // A multipart that claims more children than fit.
    const std::string huge("\x01\x01\x00\x05\x05\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", 14);
    const std::vector<std::uint32_t> far = {4000000000U};
    EXPECT_TRUE(find_section(huge, far, SectionText::whole).has_error());
}

}  // namespace
}  // namespace postern::mime
