#include "postern/mime/header.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace postern::mime {
namespace {

std::string filtered(std::string_view block, std::vector<std::string_view> names, FieldFilter filter) {
    std::string out;
    filter_fields(block, names, filter, out);
    return out;
}

std::vector<std::string> names_of(std::string_view block) {
    std::vector<std::string> names;
    HeaderReader reader(block);
    while (const Field* f = reader.next()) names.emplace_back(f->name);
    return names;
}

constexpr std::string_view sample =
    "From: a@example.org\r\n"
    "Subject: one\r\n"
    " two\r\n"
    "TO : b@example.org\r\n"
    "garbage without a colon\r\n"
    "X-Other:\r\n"
    "subject: again\r\n"
    "\r\n";

TEST(FieldId, KnowsEveryNameWithoutCase) {
    EXPECT_EQ(field_id("From"), FieldId::from);
    EXPECT_EQ(field_id("MESSAGE-ID"), FieldId::message_id);
    EXPECT_EQ(field_id("content-transfer-encoding"), FieldId::content_transfer_encoding);
    EXPECT_EQ(field_id("X-Keywords"), FieldId::x_keywords);
    EXPECT_EQ(field_id("X-Unknown"), FieldId::other);
    EXPECT_EQ(field_id(""), FieldId::other);
    EXPECT_EQ(field_id("From\n"), FieldId::other);
}

TEST(HeaderReader, GivesFieldsInOrderAndPassesOverTheRest) {
    EXPECT_EQ(names_of(sample), (std::vector<std::string>{"From", "Subject", "TO", "X-Other", "subject"}));
    HeaderReader reader(sample);
    reader.next();
    const Field* subject = reader.next();
    ASSERT_NE(subject, nullptr);
    EXPECT_EQ(subject->value, "one\r\n two");
    EXPECT_EQ(subject->raw, "Subject: one\r\n two\r\n");
    EXPECT_EQ(subject->id, FieldId::subject);
}

TEST(HeaderReader, StopsAtTheEmptyLine) {
    EXPECT_EQ(names_of("A: 1\n\nB: 2\n"), (std::vector<std::string>{"A"}));
    EXPECT_EQ(names_of("\r\nB: 2\r\n"), (std::vector<std::string>{}));
    EXPECT_EQ(names_of("A: 1\n \nB: 2\n"), (std::vector<std::string>{"A", "B"}))
        << "a blank line is a continuation";
}

TEST(HeaderReader, ToleratesWhatIsNoHeader) {
    EXPECT_EQ(names_of("From joe@x Mon Nov 21 10:00:00 2022\nA: 1"), (std::vector<std::string>{"A"}));
    EXPECT_EQ(names_of(" continuation of nothing\nA: 1"), (std::vector<std::string>{"A"}));
    EXPECT_EQ(names_of(": no name\nA:"), (std::vector<std::string>{"A"}));
    EXPECT_EQ(names_of(std::string_view("A\0B: 1\nC: 2", 11)), (std::vector<std::string>{"C"}));
    EXPECT_EQ(names_of(""), (std::vector<std::string>{}));
}

TEST(HeaderLength, CountsTheEmptyLine) {
    EXPECT_EQ(header_length("A: 1\r\n\r\nbody"), 8U);
    EXPECT_EQ(header_length("A: 1\n\nbody"), 6U);
    EXPECT_EQ(header_length("\nbody"), 1U);
    EXPECT_EQ(header_length("A: 1\r\nB: 2"), 10U);
    EXPECT_EQ(header_length(""), 0U);
    EXPECT_EQ(header_length("A: 1\r\n\rbody"), 11U) << "a bare CR ends no line";
}

TEST(FirstValue, FindsWithoutCase) {
    EXPECT_EQ(first_value(sample, "to"), "b@example.org");
    EXPECT_EQ(first_value(sample, "x-other"), "");
    EXPECT_NE(first_value(sample, "x-other").data(), nullptr);
    EXPECT_EQ(first_value(sample, "cc").data(), nullptr);
}

TEST(Unfold, RemovesLineEndsOnly) {
    std::string out;
    append_unfolded("one\r\n two\n\tthree\rfour", out);
    EXPECT_EQ(out, "one two\tthree\rfour");
}

TEST(FilterFields, OnlyKeepsAllOccurrencesInOrderAndTheEmptyLine) {
    EXPECT_EQ(filtered(sample, {"SUBJECT", "from"}, FieldFilter::only),
              "From: a@example.org\r\nSubject: one\r\n two\r\nsubject: again\r\n\r\n");
    EXPECT_EQ(filtered(sample, {"cc"}, FieldFilter::only), "\r\n");
}

TEST(FilterFields, ExceptKeepsEverythingElse) {
    EXPECT_EQ(filtered(sample, {"subject", "to"}, FieldFilter::except),
              "From: a@example.org\r\ngarbage without a colon\r\nX-Other:\r\n\r\n");
    EXPECT_EQ(filtered(sample, {}, FieldFilter::except), sample);
}

TEST(FilterFields, KeepsLineEndsAsTheyAre) {
    EXPECT_EQ(filtered("A: 1\nB: 2\r\n\n", {"b"}, FieldFilter::only), "B: 2\r\n\n");
    EXPECT_EQ(filtered("A: 1\nB: 2", {"b"}, FieldFilter::only), "B: 2") << "no empty line in, none out";
    EXPECT_EQ(filtered("", {"b"}, FieldFilter::only), "");
}

}  // namespace
}  // namespace postern::mime
