#include <gtest/gtest.h>

#include <string>

#include "postern/mime/message.hpp"

namespace postern::mime {
namespace {

/// The tree as text: type, octets and lines of header and body, children in brackets.
std::string shape(const Message& m, std::uint32_t index = 0) {
    const Part& p = m.parts[index];
    std::string out = std::string(p.type) + "/" + std::string(p.subtype);
    if (p.kind == PartKind::leaf) return out;
    out += "[";
    for (std::uint32_t c = p.first_child; c != no_part; c = m.parts[c].next_sibling) {
        if (out.back() != '[') out += " ";
        out += shape(m, c);
    }
    return out + "]";
}

std::string shape_of(std::string_view raw, const Limits& limits = {}) {
    return shape(parse_message(raw, limits));
}

std::string body_of(const Message& m, std::uint32_t index) {
    return std::string(m.body(m.parts.at(index)));
}
std::string header_of(const Message& m, std::uint32_t index) {
    return std::string(m.header(m.parts.at(index)));
}

TEST(Parse, PlainMessage) {
    const std::string raw = "From: a@b\r\nSubject: hi\r\n\r\nline one\r\nline two\r\n";
    const Message m = parse_message(raw);
    ASSERT_EQ(m.parts.size(), 1U);
    const Part& p = m.root();
    EXPECT_EQ(m.header(p), "From: a@b\r\nSubject: hi\r\n\r\n");
    EXPECT_EQ(m.body(p), "line one\r\nline two\r\n");
    EXPECT_EQ(p.header_lines, 3U);
    EXPECT_EQ(p.body_lines, 2U);
    EXPECT_FALSE(p.has_type);
    EXPECT_EQ(m.fields_of(p).size(), 2U);
}

TEST(Parse, EmptyAndHeaderOnly) {
    EXPECT_EQ(shape_of(""), "text/plain");
    const Message m = parse_message("Subject: x");
    EXPECT_EQ(header_of(m, 0), "Subject: x");
    EXPECT_EQ(body_of(m, 0), "");
    EXPECT_EQ(shape_of("Content-Type: multipart/mixed; boundary=x\r\n"), "text/plain");
    EXPECT_EQ(body_of(parse_message("\r\nbody"), 0), "body");
}

TEST(Parse, MultipartWithPreambleAndEpilogue) {
    const std::string raw =
        "Content-Type: multipart/mixed; boundary=\"b b\"\r\n"
        "\r\n"
        "preamble\r\n"
        "--b b\r\n"
        "\r\n"
        "first\r\n"
        "\r\n"
        "--b b  \t\r\n"
        "Content-Type: text/html\r\n"
        "\r\n"
        "<p>\r\n"
        "--b b--\r\n"
        "epilogue\r\n--b b\r\nnot a part\r\n";
    const Message m = parse_message(raw);
    EXPECT_EQ(shape(m), "multipart/mixed[text/plain text/html]");
    EXPECT_EQ(header_of(m, 1), "\r\n");
    EXPECT_EQ(body_of(m, 1), "first\r\n");
    EXPECT_EQ(m.parts[1].body_lines, 1U);
    EXPECT_EQ(body_of(m, 2), "<p>");
    EXPECT_EQ(m.parts[2].body_lines, 0U);
    EXPECT_EQ(m.root().body_lines, 13U);
    EXPECT_EQ(m.root().body_end, raw.size());
}

TEST(Parse, BareLineFeeds) {
    const Message m = parse_message("Content-Type: multipart/mixed; boundary=b\n\n--b\nA: 1\n\nx\n--b--\n");
    EXPECT_EQ(shape(m), "multipart/mixed[text/plain]");
    EXPECT_EQ(body_of(m, 1), "x");
    EXPECT_EQ(header_of(m, 1), "A: 1\n\n");
}

TEST(Parse, OuterBoundaryEndsInnerParts) {
    const Message m = parse_message(
        "Content-Type: multipart/mixed; boundary=outer\n\n"
        "--outer\nContent-Type: multipart/alternative; boundary=outer-in\n\n"
        "--outer-in\n\none\n"
        "--outer-in\n\ntwo\n"
        "--outer\n\nthree\n--outer--\n");
    EXPECT_EQ(shape(m), "multipart/mixed[multipart/alternative[text/plain text/plain] text/plain]");
    EXPECT_EQ(body_of(m, 3), "two");
    EXPECT_EQ(body_of(m, 4), "three");
}

TEST(Parse, DelimitersMustFitTheWholeLine) {
    const Message m = parse_message(
        "Content-Type: multipart/mixed; boundary=b\n\n"
        "--b\n\n--bx\n--b x\n --b\n-- b\n--b-\n--b--x\n--b--\n");
    EXPECT_EQ(shape(m), "multipart/mixed[text/plain]");
    EXPECT_EQ(body_of(m, 1), "--bx\n--b x\n --b\n-- b\n--b-\n--b--x");
}

TEST(Parse, MissingCloseAndEmptyParts) {
    const Message m =
        parse_message("Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b\nA: 1\n--b");
    EXPECT_EQ(shape(m), "multipart/mixed[text/plain text/plain text/plain text/plain]");
    EXPECT_EQ(header_of(m, 1), "");
    EXPECT_EQ(header_of(m, 2), "\n");
    EXPECT_EQ(header_of(m, 3), "A: 1") << "the line end before a delimiter belongs to it";
    EXPECT_EQ(header_of(m, 4), "");
}

TEST(Parse, MultipartThatCannotBeOpenedIsPlainText) {
    EXPECT_EQ(shape_of("Content-Type: multipart/mixed\n\nhello\n"), "text/plain");
    EXPECT_EQ(shape_of("Content-Type: multipart/mixed; boundary=\"\"\n\nhello\n"), "text/plain");
    const Message m = parse_message("Content-Type: multipart/mixed; boundary=none\n\nhello\n--other\n");
    EXPECT_EQ(shape(m), "text/plain");
    EXPECT_TRUE(m.root().opaque);
    EXPECT_EQ(body_of(m, 0), "hello\n--other\n");
    EXPECT_TRUE(m.parameters_of(m.root()).empty());
}

TEST(Parse, EncapsulatedMessage) {
    const Message m = parse_message(
        "Content-Type: message/rfc822\n\nSubject: inner\nContent-Type: multipart/mixed; "
        "boundary=b\n\n--b\n\nx\n--b--\n");
    EXPECT_EQ(shape(m), "message/rfc822[multipart/mixed[text/plain]]");
    EXPECT_EQ(m.parts[1].header_begin, m.parts[0].body_begin);
    EXPECT_EQ(m.parts[1].body_end, m.parts[0].body_end);
    EXPECT_EQ(m.fields_of(m.parts[1]).size(), 2U);
    EXPECT_EQ(m.parts[0].body_lines, 7U);
}

TEST(Parse, EmptyBodyBeforeAnOuterDelimiter) {
    // The empty line ends the inner header; the parts around it end with it.
    const Message m = parse_message(
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nA: "
        "1\n\n--b\n\nx\n--b--\n");
    EXPECT_EQ(shape(m), "multipart/mixed[message/rfc822[text/plain] text/plain]");
    EXPECT_EQ(header_of(m, 2), "A: 1\n\n");
    EXPECT_EQ(body_of(m, 1), "A: 1\n\n");
    EXPECT_EQ(m.parts[1].body_lines, 2U);
}

TEST(Parse, DigestPartsAreMessages) {
    EXPECT_EQ(
        shape_of("Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: 1\n\nx\n--b\nContent-Type: "
                 "text/plain\n\ny\n--b--\n"),
        "multipart/digest[message/rfc822[text/plain] text/plain]");
}

TEST(Parse, EncodedMessageIsOpaque) {
    const Message m =
        parse_message("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDo=\n");
    EXPECT_EQ(shape(m), "application/octet-stream");
    EXPECT_EQ(m.root().encoding, Encoding::base64);
}

TEST(Parse, DepthIsBounded) {
    Limits limits;
    limits.depth = 3;
    std::string raw;
    for (int i = 0; i < 10; ++i) raw += "Content-Type: message/rfc822\n\n";
    EXPECT_EQ(shape_of(raw, limits),
              "message/rfc822[message/rfc822[message/rfc822[application/octet-stream]]]");
    std::string deep;
    for (int i = 0; i < 100000; ++i) deep += "Content-Type: message/rfc822\n\n";
    EXPECT_EQ(parse_message(deep).parts.size(), 51U);
}

TEST(Parse, PartsAreBounded) {
    Limits limits;
    limits.parts = 4;
    std::string raw = "Content-Type: multipart/mixed; boundary=b\n\n";
    for (int i = 0; i < 10; ++i) raw += "--b\n\nx\n";
    raw += "--b--\n";
    const Message m = parse_message(raw, limits);
    EXPECT_EQ(m.parts.size(), 4U);
    EXPECT_EQ(m.root().body_end, raw.size());
}

TEST(Parse, FieldsAreBounded) {
    Limits limits;
    limits.fields = 2;
    const Message m = parse_message("A: 1\nB: 2\nContent-Type: text/html\n\n", limits);
    EXPECT_EQ(m.fields.size(), 2U);
    EXPECT_EQ(shape(m), "text/plain");
}

TEST(Parse, DepthOfManyBoundariesStaysLinear) {
    // Every open multipart has the same long boundary but for the end; each line looks like a delimiter of all.
    std::string raw;
    const std::string common(900, 'x');
    for (int i = 0; i < 60; ++i) {
        raw += "Content-Type: multipart/mixed; boundary=" + common + std::to_string(i) + "\n\n--" + common +
               std::to_string(i) + "\n";
    }
    for (int i = 0; i < 2000; ++i) raw += "--" + common + "z\n";
    EXPECT_EQ(parse_message(raw).parts.size(), 51U);
}

TEST(Parse, MimeFields) {
    const Message m = parse_message(
        "Content-Type: (a comment) application / pdf ; name=\"a \\\"b\\\".pdf\"; x=1 (y)\n"
        "Content-Type: text/html\n"
        "Content-Transfer-Encoding: BASE64 (yes)\n"
        "Content-Disposition: attachment;\n filename=my letter.pdf\n"
        "Content-ID: <id@x>\n"
        "Content-Description: folded\n description\n"
        "Content-Language: en, de (x), fr\n"
        "Content-Location: http://x/\n"
        "Content-MD5: abc==\n\n");
    const Part& p = m.root();
    EXPECT_TRUE(p.is("APPLICATION", "PDF"));
    ASSERT_EQ(m.parameters_of(p).size(), 2U);
    EXPECT_EQ(m.parameters_of(p)[0].value, "a \"b\".pdf");
    EXPECT_EQ(m.parameters_of(p)[1].value, "1");
    EXPECT_EQ(p.encoding, Encoding::base64);
    EXPECT_EQ(p.encoding_name, "BASE64");
    EXPECT_EQ(p.disposition, "attachment");
    ASSERT_EQ(m.disposition_parameters_of(p).size(), 1U);
    EXPECT_EQ(m.disposition_parameters_of(p)[0].value, "my letter.pdf");
    EXPECT_EQ(p.content_id, "<id@x>");
    EXPECT_EQ(p.description, "folded description");
    ASSERT_EQ(m.languages_of(p).size(), 3U);
    EXPECT_EQ(m.languages_of(p)[1], "de");
    EXPECT_EQ(p.location, "http://x/");
    EXPECT_EQ(p.md5, "abc==");
    EXPECT_TRUE(has_attachment(m));
}

struct ParameterCase {
    std::string value;
    std::string parameters;  // name=value|...
};

class Parameters : public testing::TestWithParam<ParameterCase> {};

TEST_P(Parameters, AreRead) {
    const std::string raw = "Content-Type: " + GetParam().value + "\r\n\r\n";
    const Message m = parse_message(raw);
    std::string got;
    for (const Parameter& p : m.parameters_of(m.root())) {
        got += std::string(got.empty() ? "" : "|") + std::string(p.name) + "=" + std::string(p.value);
    }
    EXPECT_EQ(got, GetParam().parameters) << raw;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Parameters,
    testing::Values(
        ParameterCase{"a/b", ""}, ParameterCase{"a/b;", ""},
        ParameterCase{"a/b; charset=utf-8", "charset=utf-8"},
        ParameterCase{"a/b; charset = \"utf-8\" ; x=y", "charset=utf-8|x=y"},
        ParameterCase{"a/b; charset=us-ascii (Plain text)", "charset=us-ascii"},
        ParameterCase{"a/b; name=\"unterminated", "name=unterminated"}, ParameterCase{"a/b; name=", "name="},
        ParameterCase{"a/b; =x; y=z", "y=z"}, ParameterCase{"a/b; junk; y=z", "y=z"},
        ParameterCase{"a/b; boundary=x charset=y", "boundary=x|charset=y"},
        ParameterCase{"a/b; name=two\r\n words; z=1", "name=two words|z=1"},
        ParameterCase{"a/b; name=\"two\r\n words\"", "name=two words"},
        // RFC 2231 section 3 and 4.1
        ParameterCase{
            "message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n URL*1=\"cs.utk.edu/pub\"",
            "access-type=URL|URL=ftp://cs.utk.edu/pub"},
        ParameterCase{"application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A",
                      "title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A"},
        ParameterCase{"application/x-stuff; title*0*=us-ascii'en'This%20is%20even%20more%20; "
                      "title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"",
                      "title*=us-ascii'en'This%20is%20even%20more%20%2A%2A%2Afun%2A%2A%2A%20isn%27t%20it!"},
        ParameterCase{"a/b; n*1=second; n*0=first; m=x", "n=firstsecond|m=x"},
        ParameterCase{"a/b; n*1=alone", "n*1=alone"}, ParameterCase{"a/b; n*0=a; n*2=c", "n=a"},
        ParameterCase{"a/b; N*0=a; n*1=b", "N=ab"}, ParameterCase{"a/b; n*0=a; n*1*=%62", "n*=''a%62"}));

TEST(DecodeParameter, GivesText) {
    const Message m = parse_message(
        "Content-Type: application/x-stuff; title*0*=us-ascii'en'This%20is%20even%20more%20; "
        "title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"; l*=iso-8859-1''%A3%20rates; p=plain; "
        "w=\"=?utf-8?q?=C3=A4?=\"; bad*=nonsense\n\n");
    const auto parameters = m.parameters_of(m.root());
    EXPECT_EQ(decode_parameter(parameters, "TITLE"), "This is even more ***fun*** isn't it!");
    EXPECT_EQ(decode_parameter(parameters, "l"), "\xC2\xA3 rates");
    EXPECT_EQ(decode_parameter(parameters, "p"), "plain");
    EXPECT_EQ(decode_parameter(parameters, "w"), "\xC3\xA4");
    EXPECT_EQ(decode_parameter(parameters, "bad"), "nonsense");
    EXPECT_EQ(decode_parameter(parameters, "absent"), "");
}

TEST(HasAttachment, ByDispositionOrName) {
    const auto has = [](std::string_view header) {
        return has_attachment(parse_message(std::string(header) + "\n\nx"));
    };
    EXPECT_FALSE(has("Content-Type: text/plain"));
    EXPECT_TRUE(has("Content-Type: text/plain\nContent-Disposition: ATTACHMENT"));
    EXPECT_TRUE(has("Content-Type: application/pdf; name=x.pdf"));
    EXPECT_TRUE(has("Content-Type: application/pdf; name*=utf-8''x.pdf"));
    EXPECT_FALSE(has("Content-Type: image/png; name=x.png\nContent-Disposition: inline"));
    EXPECT_FALSE(
        has_attachment(parse_message("Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: "
                                     "image/png; name=x\nContent-ID: <1>\n\n--b--")));
}

}  // namespace
}  // namespace postern::mime
