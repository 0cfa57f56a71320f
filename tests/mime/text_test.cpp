#include "postern/mime/text.hpp"

#include <gtest/gtest.h>

#include "postern/mime/decode.hpp"

namespace postern::mime {
namespace {

std::string text(std::string_view raw, TextScope scope, std::size_t limit = SIZE_MAX) {
    std::string out;
    append_text(parse_message(raw), scope, out, limit);
    return out;
}

std::string preview_of(std::string_view raw) {
    return preview(parse_message(raw));
}

const std::string mixed =
    "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\nContent-Type: multipart/mixed; boundary=b\n\n"
    "--b\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: "
    "quoted-printable\n\nsch=F6n\n"
    "--b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\nPGI+ZmV0dDwvYj4=\n"
    "--b\nContent-Type: image/png\n\nnot text\n"
    "--b\nContent-Type: message/rfc822\n\nSubject: inner\n\ninner body\n--b--\n";

TEST(Text, BodyDecodesTextPartsAndEncapsulatedHeaders) {
    EXPECT_EQ(text(mixed, TextScope::body), "sch\xC3\xB6n\n<b>fett</b>\nSubject: inner\ninner body\n");
}

TEST(Text, AllHasTheHeaderToo) {
    EXPECT_EQ(text(mixed, TextScope::all),
              "Subject: Gr\xC3\xBC\xC3\x9F"
              "e\nContent-Type: multipart/mixed; boundary=b\n"
              "sch\xC3\xB6n\n<b>fett</b>\nSubject: inner\ninner body\n");
}

TEST(Text, StopsAtTheLimitBetweenCharacters) {
    const std::string raw = "\n" + std::string(100000, 'x');
    EXPECT_EQ(text(raw, TextScope::body, 50).size(), 50U);
    EXPECT_EQ(text("\n\xC3\xA4\xC3\xA4", TextScope::body, 3), "\xC3\xA4");
}

TEST(Text, SearchableIsFolded) {
    EXPECT_NE(searchable_text(mixed, TextScope::body).find(fold("SCH\xC3\x96N")), std::string::npos);
    EXPECT_EQ(searchable_text(mixed, TextScope::body).find(fold("Gr\xC3\xBC\xC3\x9F")), std::string::npos);
}

TEST(Preview, PlainText) {
    EXPECT_EQ(preview_of("\nHello\r\n\r\n  world\t!\r\n"), "Hello world !");
    EXPECT_EQ(preview_of("\n> quoted\nanswer\n-- \nsignature\n"), "answer");
    EXPECT_EQ(preview_of("\n> only\n> quoted\n"), "> only > quoted");
    EXPECT_EQ(preview_of(""), "");
    EXPECT_EQ(preview_of(mixed), "sch\xC3\xB6n");
}

TEST(Preview, IsAtMost200Characters) {
    const std::string long_text = preview_of("Content-Type: text/plain; charset=utf-8\n\n" + [] {
        std::string s;
        for (int i = 0; i < 500; ++i) s += "\xC3\xA4";
        return s;
    }());
    EXPECT_EQ(long_text.size(), 400U);
    std::string words;
    for (int i = 0; i < 500; ++i) words += "ab ";
    EXPECT_LE(preview_of("\n" + words).size(), 200U);
    EXPECT_GE(preview_of("\n" + words).size(), 199U);
}

TEST(Preview, Html) {
    EXPECT_EQ(
        preview_of(
            "Content-Type: text/html\n\n<html><head><title>T</title><style>p{}</style></head><body><!-- c "
            "--><p>A &amp; B<br>c&nbsp;&#228;&#xE4;&euro; &unknown; 1 < 2</p><script>x</script>d</body>"),
        "A & B c \xC3\xA4\xC3\xA4\xE2\x82\xAC &unknown; 1 < 2 d");
    EXPECT_EQ(preview_of("Content-Type: text/html\n\n<style>never closed"), "");
    EXPECT_EQ(preview_of("Content-Type: text/html\n\na<span>b</span>c<"), "abc<");
}

TEST(Preview, PlainPartBeforeHtml) {
    const std::string alternative =
        "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\nhtml\n--b\n\n";
    EXPECT_EQ(preview_of(alternative + "plain\n--b--"), "plain");
    EXPECT_EQ(preview_of(alternative + " \n--b--"), "html") << "an empty plain part says nothing";
}

TEST(Preview, NoneForAttachmentsAndEncryptedMail) {
    EXPECT_EQ(preview_of("Content-Disposition: attachment\n\nx"), "");
    EXPECT_EQ(preview_of("Content-Type: image/png\n\nx"), "");
    EXPECT_EQ(preview_of("Content-Type: multipart/encrypted; boundary=b\n\n--b\n\nVersion: 1\n--b--"), "");
}

}  // namespace
}  // namespace postern::mime
