// Names and values of annotations (RFC 5464 section 3.2).
#include <gtest/gtest.h>

#include "postern/imap/metadata_entry.hpp"

namespace postern::imap {
namespace {

TEST(MetadataEntry, NamesAreFoldedAndChecked) {
    EXPECT_EQ(*metadata_entry_name("/Private/Vendor/CMU/Color"), "/private/vendor/cmu/color");
    EXPECT_EQ(*metadata_entry_name("/shared"), "/shared");
    for (const std::string_view name :
         {"", "/", "comment", "/comment", "/privately/x", "/private/", "/private//x", "/shared/a*",
          "/shared/%", "/shared/\x10", "/shared/\xc3\xa4", ".acl"}) {
        EXPECT_FALSE(metadata_entry_name(name)) << name;
    }
    EXPECT_FALSE(metadata_entry_name("/shared/" + std::string(600, 'x')));
}

std::string parsed(std::string_view text, std::size_t max = 10) {
    ArgumentCursor in(text);
    auto entries = parse_metadata_entries(in, max);
    if (!entries) return "error";
    std::string all;
    for (const std::string& entry : *entries) all += entry + ";";
    return all + std::string(in.rest());
}

TEST(MetadataEntry, ListsComeInThreeForms) {
    EXPECT_EQ(parsed("/shared/a"), "/shared/a;");
    EXPECT_EQ(parsed("(/shared/a \"/shared/B\" /shared/A)"), "/shared/a;/shared/b;");
    EXPECT_EQ(parsed("/shared/a /shared/b"), "/shared/a;/shared/b;");
    for (const std::string_view text :
         {"", "(", "()", "(/shared/a", "(/shared/a x)", "(/shared/a  /shared/b)"}) {
        EXPECT_EQ(parsed(text), "error") << text;
    }
    EXPECT_EQ(parsed("(/shared/a /shared/b)", 1), "error");
}

TEST(MetadataEntry, ValuesAreWrittenAsTheyCanBe) {
    OutputBuffer buffer;
    ResponseWriter out(buffer);
    out.untagged().open();
    write_metadata_value(out, "/shared/a", "plain");
    write_metadata_value(out, "/shared/b", std::nullopt);
    write_metadata_value(out, "/shared/c", std::string_view("x\0y", 3));
    write_metadata_value(out, "/shared/d", "");
    out.close().end_line();
    const std::string_view nul("\0", 1);
    EXPECT_EQ(buffer.view(), "* (/shared/a \"plain\" /shared/b NIL /shared/c ~{3}\r\nx" + std::string(nul) +
                                 "y /shared/d \"\")\r\n");
}

TEST(MetadataEntry, PrefixOfNames) {
    EXPECT_EQ(common_prefix({}), "");
    EXPECT_EQ(common_prefix({"/shared/a"}), "/shared/a");
    EXPECT_EQ(common_prefix({"/shared/ab", "/shared/ac", "/shared/a"}), "/shared/a");
    EXPECT_EQ(common_prefix({"/shared/a", "/private/a"}), "/");
}

}  // namespace
}  // namespace postern::imap
