#include "postern/mime/decode.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postern::mime {
namespace {

struct HeaderCase {
    std::string value;
    std::string text;
};

class DecodedHeader : public testing::TestWithParam<HeaderCase> {};

TEST_P(DecodedHeader, IsText) {
    EXPECT_EQ(decode_header(GetParam().value), GetParam().text) << GetParam().value;
}

// RFC 2047 section 8.
INSTANTIATE_TEST_SUITE_P(
    Rfc2047, DecodedHeader,
    testing::Values(HeaderCase{"=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>",
                               "Keith Moore <moore@cs.utk.edu>"},
                    HeaderCase{"=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>",
                               "Keld J\xC3\xB8rn Simonsen <keld@dkuug.dk>"},
                    HeaderCase{"=?ISO-8859-1?Q?Andr=E9?= Pirard", "Andr\xC3\xA9 Pirard"},
                    HeaderCase{"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n "
                               "=?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
                               "If you can read this you understand the example."},
                    HeaderCase{"Nathaniel Borenstein\r\n (=?iso-8859-8?b?7eXs+SDv4SDs6Oj08A==?=)",
                               "Nathaniel Borenstein (\xD7\x9D\xD7\x95\xD7\x9C\xD7\xA9 \xD7\x9F\xD7\x91 "
                               "\xD7\x9C\xD7\x98\xD7\x98\xD7\xA4\xD7\xA0)"},
                    HeaderCase{"(=?ISO-8859-1?Q?a?=)", "(a)"}, HeaderCase{"(=?ISO-8859-1?Q?a?= b)", "(a b)"},
                    HeaderCase{"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"},
                    HeaderCase{"(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"},
                    HeaderCase{"(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)", "(ab)"},
                    HeaderCase{"(=?ISO-8859-1?Q?a_b?=)", "(a b)"},
                    HeaderCase{"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"}));

INSTANTIATE_TEST_SUITE_P(
    AsSent, DecodedHeader,
    testing::Values(HeaderCase{"", ""}, HeaderCase{"plain", "plain"},
                    HeaderCase{"two\r\n lines", "two lines"},
                    HeaderCase{"=?utf-8?q?incomplete", "=?utf-8?q?incomplete"},
                    HeaderCase{"=?utf-8?x?abc?=", "=?utf-8?x?abc?="},
                    HeaderCase{"=?utf-8?q?a?", "=?utf-8?q?a?"}, HeaderCase{"=??q?a?=", "=??q?a?="},
                    HeaderCase{"=?", "=?"},
                    HeaderCase{"=?utf-8?q?"
                               "?=",
                               ""},
                    HeaderCase{"=?utf-8?q?a?b?= c", "=?utf-8?q?a?b?= c"},
                    HeaderCase{"=?utf-8?Q?=C3?= =?utf-8?Q?=A4?=", "\xC3\xA4"},
                    HeaderCase{"=?utf-8?B?w6Q?= x", "\xC3\xA4 x"},
                    HeaderCase{"x=?utf-8?q?=C3=A4?=y", "x\xC3\xA4y"}, HeaderCase{"=?utf-8?q?a b?=", "a b"},
                    HeaderCase{"=?utf-8?q?=ZZ=4?=", "=ZZ=4"}, HeaderCase{"=?utf-8?q?=C3?=", "\xEF\xBF\xBD"},
                    HeaderCase{"=?unknown-charset?q?abc=C3=A4?=", "abc\xC3\xA4"},
                    HeaderCase{"=?no-such?q?=E4?=", "\xC3\xA4"}, HeaderCase{"=?us-ascii*en?q?hi?=", "hi"},
                    HeaderCase{"=?utf-8?q?a=00=0D=0Ab?=", "a   b"},
                    HeaderCase{"gr\xC3\xBC\xC3\x9F", "gr\xC3\xBC\xC3\x9F"},
                    HeaderCase{"gr\xFC\xDF", "gr\xC3\xBC\xC3\x9F"},
                    HeaderCase{"=?koi8-r?B?8NLJ18XU?=", "\xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82"},
                    HeaderCase{"=?iso-2022-jp?B?GyRCJTMlcyVLJUEbKEI=?=",
                               "\xE3\x82\xB3\xE3\x83\xB3\xE3\x83\x8B\xE3\x83\x81"},
                    HeaderCase{"=?gb2312?B?xOO6ww==?=", "\xE4\xBD\xA0\xE5\xA5\xBD"},
                    HeaderCase{"=?windows-1252?q?=80?=", "\xE2\x82\xAC"},
                    HeaderCase{"=?iso-8859-1?q?=80?=", "\xE2\x82\xAC"},
                    HeaderCase{"=?utf-8?q?a?= =?utf-8?q?broken", "a =?utf-8?q?broken"}));

TEST(DecodedHeader, TimeIsLinear) {
    for (const std::string_view piece : {"=?", "=?a?q?", "=?a?b?x?", "=?a?q?b?=", "=?utf-8?q?=", "?="}) {
        std::string value;
        while (value.size() < 300000) value += piece;
        EXPECT_LT(decode_header(value).size(), 4 * value.size()) << piece;
    }
}

TEST(Charset, Known) {
    for (const std::string_view name :
         {"utf-8", "UTF8", "us-ascii", "ISO-8859-1", "iso-8859-15", "windows-1251", "koi8-r", "shift_jis",
          "euc-jp", "iso-2022-jp", "big5", "gb18030", "euc-kr", "utf-7", "utf-16"}) {
        EXPECT_TRUE(is_known_charset(name)) << name;
    }
    for (const std::string_view name : {"", "x-unknown", "../../etc/passwd", "utf-8,locale=x", "no such"}) {
        EXPECT_FALSE(is_known_charset(name)) << name;
    }
    EXPECT_FALSE(is_known_charset(std::string(1000, 'a')));
}

std::string converted(std::string_view charset, std::string_view octets) {
    std::string out;
    append_utf8(charset, octets, out);
    return out;
}

TEST(Charset, InvalidOctetsBecomeReplacementCharacters) {
    EXPECT_EQ(converted("utf-8",
                        "a\xFF"
                        "b"),
              "a\xEF\xBF\xBD"
              "b");
    EXPECT_EQ(converted("utf-8", "\xE2\x82"), "\xEF\xBF\xBD");
    EXPECT_EQ(converted("utf-8", "\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "a surrogate";
    EXPECT_EQ(converted("us-ascii", "\xE4"), "\xC3\xA4") << "mislabelled windows-1252";
    EXPECT_EQ(converted("us-ascii", "\xC3\xA4"), "\xC3\xA4") << "mislabelled UTF-8";
    EXPECT_EQ(converted("euc-jp", "\xFF"), "\xEF\xBF\xBD");
}

TEST(Charset, PiecesGiveTheSameAsTheWhole) {
    struct {
        std::string_view charset, octets;
    } const samples[] = {{"utf-8", "a\xC3\xA4\xF0\x9F\x98\x80\xFFz\xE2\x82"},
                         {"us-ascii", "abc\xC3\xA4\xE4"},
                         {"", "abc\xE4\xC3\xA4"},
                         {"iso-2022-jp", "\x1B$B%3%s%K%A\x1B(B!"},
                         {"utf-16", std::string_view("\xFE\xFF\x00"
                                                     "A\xD8\x3D\xDE\x00",
                                                     8)},
                         {"gb18030", "\xC4\xE3\xBA\xC3\x81\x30\x81\x30"}};
    for (const auto& s : samples) {
        const std::string whole = converted(s.charset, s.octets);
        for (std::size_t cut = 0; cut <= s.octets.size(); ++cut) {
            CharsetDecoder decoder(s.charset);
            std::string out;
            decoder.feed(s.octets.substr(0, cut), out);
            decoder.feed(s.octets.substr(cut), out);
            decoder.finish(out);
            EXPECT_EQ(out, whole) << s.charset << " cut at " << cut;
        }
        CharsetDecoder single(s.charset);
        std::string out;
        for (const char c : s.octets) single.feed({&c, 1}, out);
        single.finish(out);
        EXPECT_EQ(out, whole) << s.charset << " octet by octet";
    }
}

struct TransferCase {
    Encoding encoding;
    std::string encoded;
    std::string decoded;
    bool damaged;
};

class Transfer : public testing::TestWithParam<TransferCase> {};

TEST_P(Transfer, WholeAndInEveryPair) {
    const TransferCase& c = GetParam();
    for (std::size_t cut = 0; cut <= c.encoded.size(); ++cut) {
        TransferDecoder decoder(c.encoding);
        std::string out = "kept:";
        decoder.feed(std::string_view(c.encoded).substr(0, cut), out);
        decoder.feed(std::string_view(c.encoded).substr(cut), out);
        decoder.finish(out);
        EXPECT_EQ(out, "kept:" + c.decoded) << c.encoded << " cut at " << cut;
        EXPECT_EQ(decoder.damaged(), c.damaged) << c.encoded << " cut at " << cut;
    }
}

TEST_P(Transfer, OctetByOctet) {
    TransferDecoder decoder(GetParam().encoding);
    std::string out;
    for (const char c : GetParam().encoded) decoder.feed({&c, 1}, out);
    decoder.finish(out);
    EXPECT_EQ(out, GetParam().decoded);
}

INSTANTIATE_TEST_SUITE_P(Base64, Transfer,
                         testing::Values(TransferCase{Encoding::base64, "", "", false},
                                         TransferCase{Encoding::base64, "TWFu", "Man", false},
                                         TransferCase{Encoding::base64, "TWE=", "Ma", false},
                                         TransferCase{Encoding::base64, "TQ==", "M", false},
                                         TransferCase{Encoding::base64, "TW\r\nFu\r\n", "Man", false},
                                         TransferCase{Encoding::base64, "TQ==TWE=TWFu", "MMaMan", false},
                                         TransferCase{Encoding::base64, "TWFuT", "Man", true},
                                         TransferCase{Encoding::base64, "TWFuTWE", "ManMa", true},
                                         TransferCase{Encoding::base64,
                                                      "T!W\x01"
                                                      "F\x80u",
                                                      "Man", true},
                                         TransferCase{Encoding::base64, "====", "", false},
                                         TransferCase{Encoding::base64, "T=WFu", "X[", true}));

INSTANTIATE_TEST_SUITE_P(
    QuotedPrintable, Transfer,
    testing::Values(TransferCase{Encoding::quoted_printable, "", "", false},
                    TransferCase{Encoding::quoted_printable,
                                 "Now's the time =\r\nfor all folk to come=\r\n to the aid.",
                                 "Now's the time for all folk to come to the aid.", false},
                    TransferCase{Encoding::quoted_printable, "=C3=a4=3D", "\xC3\xA4=", false},
                    TransferCase{Encoding::quoted_printable, "trailing \t\r\nnext \nend  ",
                                 "trailing\r\nnext\nend", false},
                    TransferCase{Encoding::quoted_printable, "soft = \t\r\nbreak", "soft break", false},
                    TransferCase{Encoding::quoted_printable, "in  the\tmiddle", "in  the\tmiddle", false},
                    TransferCase{Encoding::quoted_printable, "=ZZ =4 =4", "=ZZ =4 =4", true},
                    TransferCase{Encoding::quoted_printable, "a=", "a", false},
                    TransferCase{Encoding::quoted_printable, "a=\r", "a", false},
                    TransferCase{Encoding::quoted_printable, "a=\rb", "a=\rb", true},
                    TransferCase{Encoding::quoted_printable, "a= b", "a= b", true},
                    TransferCase{Encoding::quoted_printable, "a \rb \r", "a \rb\r", false},
                    TransferCase{Encoding::quoted_printable, "==41", "=A", true}));

INSTANTIATE_TEST_SUITE_P(Identity, Transfer,
                         testing::Values(TransferCase{Encoding::identity, "=41 \r\n", "=41 \r\n", false},
                                         TransferCase{Encoding::unknown, "TWFu", "TWFu", false}));

TEST(EncodingOf, Names) {
    EXPECT_EQ(encoding_of("7BIT"), Encoding::identity);
    EXPECT_EQ(encoding_of("Base64"), Encoding::base64);
    EXPECT_EQ(encoding_of("quoted-printable"), Encoding::quoted_printable);
    EXPECT_EQ(encoding_of("x-uuencode"), Encoding::unknown);
}

TEST(Fold, FollowsRfc5051) {
    EXPECT_EQ(fold("Hello_123 z{"), "HELLO_123 Z{");
    EXPECT_EQ(fold("\xC3\xA4"), "A\xCC\x88") << "titlecase, then decomposed";
    EXPECT_EQ(fold("\xC3\x84"), "A\xCC\x88");
    EXPECT_EQ(fold("\xC7\x84"), "Dz\xCC\x8C") << "the example of section 2";
    EXPECT_EQ(fold("\xEF\xAC\x81"), "fi") << "a ligature decomposes after casing";
    EXPECT_EQ(fold("\xCF\x83"), "\xCE\xA3");
    EXPECT_EQ(fold("\xCF\x82"), "\xCE\xA3") << "final sigma";
    EXPECT_EQ(fold("\xE2\x93\x90"), "A") << "circled a";
    EXPECT_EQ(fold("\xF0\x90\x90\xA8"), "\xF0\x90\x90\x80") << "beyond the BMP";
    EXPECT_EQ(fold("\xEA\xB0\x80"), "\xE1\x84\x80\xE1\x85\xA1") << "Hangul";
    EXPECT_EQ(fold("abc\xFF"), "ABC\xFF") << "not UTF-8: octets, ASCII without case";
    EXPECT_EQ(fold(""), "");
}

TEST(Utf8, Validity) {
    EXPECT_TRUE(is_utf8("ascii and \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x98\x80"));
    for (const std::string_view bad :
         {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xFF"}) {
        EXPECT_FALSE(is_utf8(bad)) << testing::PrintToString(bad);
    }
    EXPECT_TRUE(is_ascii("0123456789abcdef"));
    EXPECT_FALSE(is_ascii("0123456789abcde\x80"));
}

}  // namespace
}  // namespace postern::mime
