#include <gtest/gtest.h>

#include "command_text.hpp"
#include "postern/imap/search_parser.hpp"
#include "postern/mime/decode.hpp"

namespace postern::imap {
namespace {

std::string folded(const std::string& s) {
    return mime::fold(s);
}

struct Parsed {
    std::string text;
    Errc code = Errc::internal;
};

Parsed parse(std::string_view text, const SearchKeyLookup& lookup = {}, SearchLimits limits = {}) {
    const CommandText source(text);
    ArgumentCursor in(source.command());
    SearchParser parser(lookup, limits);
    const auto node = parser.program(in);
    if (!node) return {node.error().text, node.error().code};
    return {node->to_string()};
}
std::string searched(std::string_view text) {
    return parse(text).text;
}

TEST(SearchParser, FlagKeys) {
    EXPECT_EQ(searched("ALL"), "(all)");
    EXPECT_EQ(searched("unseen"), "(not (flag \\Seen))");
    EXPECT_EQ(searched("ANSWERED DELETED DRAFT FLAGGED RECENT SEEN"),
              "(and (flag \\Answered) (flag \\Deleted) (flag \\Draft) (flag \\Flagged) (flag \\Recent) (flag "
              "\\Seen))");
    EXPECT_EQ(
        searched("UNANSWERED UNDELETED UNDRAFT UNFLAGGED"),
        "(and (not (flag \\Answered)) (not (flag \\Deleted)) (not (flag \\Draft)) (not (flag \\Flagged)))");
    EXPECT_EQ(searched("NEW"), "(and (flag \\Recent) (not (flag \\Seen)))");
    EXPECT_EQ(searched("OLD"), "(not (flag \\Recent))");
    EXPECT_EQ(searched("KEYWORD a UNKEYWORD $b"), "(and (keyword a) (not (keyword $b)))");
}

TEST(SearchParser, TextKeys) {
    EXPECT_EQ(searched("SUBJECT foo"), "(header subject \"" + folded("foo") + "\")");
    EXPECT_EQ(searched("BCC a CC b FROM c TO d"), "(and (header bcc \"" + folded("a") + "\") (header cc \"" +
                                                      folded("b") + "\") (header from \"" + folded("c") +
                                                      "\") (header to \"" + folded("d") + "\"))");
    EXPECT_EQ(searched("BODY {3}\r\nx y"), "(body \"" + folded("x y") + "\")");
    EXPECT_EQ(searched("TEXT \"Q\""), "(text \"" + folded("q") + "\")");
    EXPECT_EQ(searched("HEADER X-Foo \"\""), "(header x-foo \"\")");
}

TEST(SearchParser, NumbersDatesSets) {
    EXPECT_EQ(searched("LARGER 5000000000"), "(larger 5000000000)");
    EXPECT_EQ(searched("SMALLER 0"), "(smaller 0)");
    EXPECT_EQ(searched("BEFORE 1-Feb-1994 ON \"2-Feb-1994\" SINCE 3-Feb-1994"),
              "(and (before 1-Feb-1994) (on 2-Feb-1994) (since 3-Feb-1994))");
    EXPECT_EQ(searched("SENTBEFORE 1-Feb-1994 SENTON 2-Feb-1994 SENTSINCE 3-Feb-1994"),
              "(and (sent-before 1-Feb-1994) (sent-on 2-Feb-1994) (sent-since 3-Feb-1994))");
    EXPECT_EQ(searched("1:3,*"), "(numbers 1:3,*)");
    EXPECT_EQ(searched("UID 4:*"), "(uids 4:*)");
}

TEST(SearchParser, Logic) {
    EXPECT_EQ(searched("NOT SEEN"), "(not (flag \\Seen))");
    EXPECT_EQ(searched("NOT UNSEEN"), "(flag \\Seen)");
    EXPECT_EQ(searched("NOT ALL"), "(none)");
    EXPECT_EQ(searched("OR SEEN 1"), "(or (flag \\Seen) (numbers 1))");
    EXPECT_EQ(searched("OR OR SEEN DRAFT (1 2)"),
              "(or (flag \\Seen) (flag \\Draft) (and (numbers 1) (numbers 2)))");
    EXPECT_EQ(searched("(SEEN (DRAFT)) 1"), "(and (flag \\Seen) (flag \\Draft) (numbers 1))");
}

TEST(SearchParser, Errors) {
    EXPECT_EQ(searched(""), "expected a search key at position 1");
    EXPECT_EQ(searched("FOO"), "unknown search key at position 1");
    EXPECT_EQ(searched("SEEN "), "expected a search key at position 6");
    EXPECT_EQ(searched("SEEN) "), "expected the end of the command at position 5");
    EXPECT_EQ(searched("(SEEN"), "expected a space or \")\" at position 6");
    EXPECT_EQ(searched("()"), "expected a search key at position 2");
    EXPECT_EQ(searched("NOT"), "expected a space at position 4");
    EXPECT_EQ(searched("OR SEEN"), "expected a space at position 8");
    EXPECT_EQ(searched("LARGER x"), "expected a number at position 8");
    EXPECT_EQ(searched("UID x"), "expected a message set at position 5");
    EXPECT_EQ(searched("BEFORE 31-Feb-1994"), "expected a date (dd-Mon-yyyy) at position 8");
    EXPECT_EQ(searched("$"), "unknown search key at position 1");
}

TEST(SearchParser, Charsets) {
    const std::string e = folded("\xc3\xa9");
    EXPECT_EQ(searched("CHARSET UTF-8 SUBJECT {2}\r\n\xc3\x89"), "(header subject \"" + e + "\")");
    EXPECT_EQ(searched("charset \"iso-8859-1\" SUBJECT {1}\r\n\xe9"), "(header subject \"" + e + "\")");
    EXPECT_EQ(searched("CHARSET US-ASCII SEEN"), "(flag \\Seen)");
    EXPECT_EQ(parse("CHARSET X-NO-SUCH SEEN").code, Errc::unsupported);
    EXPECT_EQ(searched("CHARSET UTF-8"), "expected a space at position 14");
}

TEST(SearchParser, Bounds) {
    std::string nested = "SEEN";
    for (int i = 0; i < 60; ++i) nested = "NOT " + nested;
    EXPECT_TRUE(searched(nested).starts_with("search keys nested too deep"));
    EXPECT_TRUE(searched(std::string(60, '(') + "SEEN").starts_with("search keys nested too deep"));
    std::string wide = "SEEN";
    for (int i = 0; i < 1000; ++i) wide += " 1";
    EXPECT_TRUE(searched(wide).starts_with("too many search keys"));
}

/// An extension with a parameter and one that wraps another key.
class Near final : public SearchExtension {
public:
    explicit Near(std::uint32_t n) : n_(n) {}
    std::string_view name() const override { return "NEAR"; }
    std::string to_string() const override { return "NEAR " + std::to_string(n_); }

private:
    std::uint32_t n_;
};

SearchKeyParser lookup(std::string_view keyword) {
    if (keyword == "NEAR") {
        return [](std::string_view, ArgumentCursor& in, SearchParser&) -> Result<SearchNode> {
            if (const auto r = in.space(); !r) return r.error();
            const auto n = in.number();
            if (!n) return n.error();
            return SearchNode::of_extension(std::make_shared<Near>(*n));
        };
    }
    if (keyword == "LOOSE") {
        return [](std::string_view, ArgumentCursor& in, SearchParser& parser) -> Result<SearchNode> {
            if (const auto r = in.space(); !r) return r.error();
            return parser.key(in);
        };
    }
    return {};
}

TEST(SearchParser, Extensions) {
    EXPECT_EQ(parse("near 5 SEEN", lookup).text, "(and (extension NEAR 5) (flag \\Seen))");
    EXPECT_EQ(parse("LOOSE OR NEAR 1 DRAFT", lookup).text, "(or (extension NEAR 1) (flag \\Draft))");
    EXPECT_EQ(parse("NEAR x", lookup).text, "expected a number at position 6");
    EXPECT_EQ(parse("FAR 1", lookup).text, "unknown search key at position 1");
}

TEST(SearchNode, FindsNodes) {
    const CommandText source("OR SEEN (DRAFT UID 5)");
    ArgumentCursor in(source.command());
    SearchParser parser;
    const auto node = parser.program(in);
    ASSERT_TRUE(node);
    EXPECT_TRUE(node->any([](const SearchNode& n) { return n.kind == SearchNode::Kind::uid_set; }));
    EXPECT_FALSE(node->any([](const SearchNode& n) { return n.kind == SearchNode::Kind::body; }));
}

TEST(SearchParser, TextIsFolded) {
    EXPECT_EQ(searched("BODY StRaSsE"), searched("body strasse"));
}

}  // namespace
}  // namespace postern::imap
