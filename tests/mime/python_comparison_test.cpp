// Postern and Python's email package see the same parts in Python's own test messages. Where they do not, this says why.
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "postern/mime/decode.hpp"
#include "postern/mime/message.hpp"
#include "tests/mime/corpus.hpp"

namespace postern::mime::test {
namespace {

std::uint32_t crc32(std::string_view data) {
    std::uint32_t crc = 0xFFFFFFFF;
    for (const char c : data) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    }
    return ~crc;
}

std::string lower(std::string_view text) {
    std::string out;
    for (const char c : text) out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return out;
}

std::string shape(const Message& m, std::uint32_t index) {
    const Part& p = m.parts[index];
    std::string out = lower(p.type) + "/" + lower(p.subtype);
    if (p.kind == PartKind::leaf) return out;
    out += '[';
    for (std::uint32_t c = p.first_child; c != no_part; c = m.parts[c].next_sibling) {
        if (c != p.first_child) out += ' ';
        out += shape(m, c);
    }
    return out + ']';
}

std::string checksums(const Message& m, std::string_view expected) {
    std::string out;
    for (const Part& p : m.parts) {
        if (p.kind != PartKind::leaf) continue;
        std::array<char, 16> text{};
        std::snprintf(text.data(), text.size(), "%08x", crc32(decode_transfer(p.encoding, m.body(p))));
        if (!out.empty()) out += ',';
        // "-": not a leaf to Python
        out += expected.substr(std::min(out.size(), expected.size()), 1) == "-" ? "-" : text.data();
    }
    return out;
}

/// Messages that are seen differently on purpose.
const std::map<std::string, std::string> differences = {
    {"msg_15.txt",
     "a nested multipart with its parent's boundary: the parts are the inner one's, as was meant"},
    {"msg_19.txt", "no header: to Python the first line starts the body, to IMAP the empty line does"},
    {"msg_35.txt", "no empty line after the header: the same"},
    {"msg_37.txt", "delimiters one after the other: Postern shows the empty parts between them"},
    {"msg_38.txt", "an outer boundary within an inner part ends it (RFC 2046 section 5.1.2)"},
    {"msg_39.txt", "three levels with the same boundary"},
    {"msg_42.txt", "a multipart without parts: Postern shows its text"},
};

TEST(PythonComparison, SameTreeAndSameOctets) {
    std::ifstream file(POSTERN_TEST_DATA "/mime/python_expectations.txt");
    std::size_t compared = 0;
    for (std::string line; std::getline(file, line); ++compared) {
        std::istringstream fields(line);
        std::string name, expected_shape, expected_sums;
        std::getline(fields, name, '\t');
        std::getline(fields, expected_shape, '\t');
        std::getline(fields, expected_sums, '\t');
        std::ifstream data(python_data() + "/" + name, std::ios::binary);
        ASSERT_TRUE(data) << "install libpython3.11-testsuite";
        const std::string raw{std::istreambuf_iterator<char>(data), {}};
        const Message m = parse_message(raw);
        const bool same = shape(m, 0) == expected_shape && checksums(m, expected_sums) == expected_sums;
        const auto reason = differences.find(name);
        if (reason == differences.end()) {
            EXPECT_EQ(shape(m, 0), expected_shape) << name;
            EXPECT_EQ(checksums(m, expected_sums), expected_sums) << name;
        } else {
            EXPECT_FALSE(same) << name << " is no longer different: " << reason->second;
        }
    }
    EXPECT_GE(compared, 40U);
}

}  // namespace
}  // namespace postern::mime::test
