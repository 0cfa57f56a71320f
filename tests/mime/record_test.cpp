#include "postern/mime/record.hpp"

#include <gtest/gtest.h>

#include "postern/mime/sort.hpp"
#include "postern/mime/wire.hpp"

namespace postern::mime {
namespace {

const std::string raw =
    "Received: from x by y; Fri, 21 Nov 1997 11:00:00 -0600\r\n"
    "From: =?utf-8?q?J=C3=B6rg?= Doe <jdoe@machine.example>\r\n"
    "Subject: Re: [list] Saying\r\n Hello\r\n"
    "To: Mary Smith <mary@example.net>, x@y\r\n"
    "CC: Other <other@example.org>\r\n"
    "Date: Fri, 21 Nov 1997 09:55:06 -0600\r\n"
    "X-Foo: not kept\r\n"
    "Message-ID: <1234@local.machine.example>\r\n"
    "References: <a@x> <b@x>\r\n"
    "In-Reply-To: <c@x>\r\n"
    "Content-Type: multipart/mixed; boundary=\"bb\"\r\n"
    "\r\n"
    "--bb\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n> quoted\r\nHello   there.\r\n"
    "--bb\r\nContent-Type: application/pdf; name=\"x.pdf\"\r\nContent-Disposition: attachment; "
    "filename=\"x.pdf\"\r\n"
    "Content-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--bb--\r\n";

RecordView open(const std::string& blob) {
    return RecordView::decode(blob).value();
}

TEST(Record, HoldsWhatWasAsked) {
    const std::string blob = build_record(raw);
    const RecordView r = open(blob);
    EXPECT_EQ(r.size(), raw.size());
    EXPECT_EQ(r.header_length(), raw.find("\r\n\r\n") + 4);
    EXPECT_EQ(r.header_lines(), 13U);
    EXPECT_EQ(r.sent_date(), parse_date("Fri, 21 Nov 1997 09:55:06 -0600"));
    EXPECT_EQ(r.received_date(), parse_date("Fri, 21 Nov 1997 11:00:00 -0600"));
    EXPECT_TRUE(r.has_attachment());
    EXPECT_EQ(r.preview(), "Hello there.");
    EXPECT_EQ(r.base_subject(), "Saying Hello");
    EXPECT_TRUE(r.subject_is_reply_or_forward());
    EXPECT_EQ(r.from_mailbox(), "jdoe");
    EXPECT_EQ(r.to_mailbox(), "mary");
    EXPECT_EQ(r.cc_mailbox(), "other");
    EXPECT_EQ(r.from_display(), "J\xC3\xB6rg Doe");
    EXPECT_EQ(r.to_display(), "Mary Smith");
    EXPECT_EQ(r.message_id(), "1234@local.machine.example");
    EXPECT_EQ(r.message_id_hash(), message_id_hash("1234@local.machine.example"));
    ASSERT_EQ(r.reference_count(), 2U);
    EXPECT_EQ(r.reference_hash(0), message_id_hash("a@x"));
    EXPECT_EQ(r.reference_hash(1), message_id_hash("b@x"));
}

TEST(Record, GivesTheWireStrings) {
    const Message m = parse_message(raw);
    const std::string blob = build_record(m);
    const RecordView r = open(blob);
    std::string expected, got = "before ";
    append_envelope(m, m.root(), expected);
    EXPECT_TRUE(r.append_envelope(got));
    EXPECT_EQ(got, "before " + expected);
    expected.clear(), got.clear();
    append_bodystructure(m, expected);
    EXPECT_TRUE(r.append_bodystructure(got));
    EXPECT_EQ(got, expected);
    std::string body, cut;
    EXPECT_TRUE(r.append_body(body));
    append_body_of(expected, cut);
    EXPECT_EQ(body, cut);
}

TEST(Record, AnswersHeaderFieldsOctetExactly) {
    const std::string blob = build_record(raw);
    const RecordView r = open(blob);
    const std::vector<std::string_view> names = {"TO", "Subject", "bcc", "message-id", "x-foo"};
    std::string got;
    EXPECT_FALSE(r.append_header_fields(names, got)) << "a field that is not kept needs the content";
    EXPECT_EQ(got, "");
    const std::vector<std::string_view> known = {"TO", "Subject", "bcc", "message-id"};
    std::string expected;
    filter_fields(std::string_view(raw).substr(0, r.header_length()), known, FieldFilter::only, expected);
    EXPECT_TRUE(r.append_header_fields(known, got));
    EXPECT_EQ(got, expected);
    EXPECT_EQ(r.coverage("subject"), FieldCoverage::stored);
    EXPECT_EQ(r.coverage("bcc"), FieldCoverage::absent);
    EXPECT_EQ(r.coverage("received"), FieldCoverage::not_stored);
    EXPECT_EQ(r.coverage("list-archive"), FieldCoverage::absent)
        << "known not to be there, though never kept";
    EXPECT_EQ(r.coverage("x-never-heard-of"), FieldCoverage::absent);
    EXPECT_EQ(r.coverage("X-FOO"), FieldCoverage::not_stored);
    EXPECT_EQ(r.coverage("x-foo"), FieldCoverage::not_stored);
    EXPECT_EQ(r.field(FieldId::date), "Fri, 21 Nov 1997 09:55:06 -0600");
    EXPECT_EQ(r.field(FieldId::bcc).data(), nullptr);
}

TEST(Record, LargeFieldsAreLeftOut) {
    const std::string big = "Subject: s\nTo: " + std::string(5000, 'x') + "@y\n\nbody";
    const std::string blob = build_record(big);
    const RecordView r = open(blob);
    EXPECT_EQ(r.coverage("to"), FieldCoverage::not_stored);
    EXPECT_EQ(r.coverage("subject"), FieldCoverage::stored);
    EXPECT_EQ(r.to_mailbox().size(), 1000U) << "keys are cut";
}

TEST(Record, MonstrousEnvelopesAndStructuresAreReduced) {
    std::string header = "Subject: s\n";
    for (int i = 0; i < 5000; ++i) header += "From: " + std::string(200, 'x') + "@y\n";
    std::string got;
    const std::string addresses = build_record(header.substr(0, 900000) + "\n\n");
    EXPECT_TRUE(open(addresses).append_envelope(got));
    EXPECT_LT(got.size(), 200000U);
    EXPECT_TRUE(got.starts_with("(NIL \"s\" (("));
    got.clear();
    const std::string subject =
        build_record("Subject: " + std::string(1 << 21, 'x') + "\n\n", Limits{.header_octets = 1 << 22});
    EXPECT_TRUE(open(subject).append_envelope(got));
    EXPECT_EQ(got, "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)");
    got.clear();
    std::string parts = "Content-Type: multipart/mixed; boundary=b\n\n";
    for (int i = 0; i < 4500; ++i) parts += "--b\nContent-Type: a/b; name=" + std::string(1000, 'x') + "\n\n";
    const std::string many = build_record(parts);
    EXPECT_TRUE(open(many).append_bodystructure(got));
    EXPECT_TRUE(got.starts_with("(\"application\" \"octet-stream\" NIL NIL NIL \"8bit\" "));
    const std::vector<std::uint32_t> last = {4500};
    EXPECT_TRUE(open(many).find_section(last, SectionText::mime).value().has_value())
        << "sections can still be fetched";
}

TEST(Record, BeyondTheLimitsItAnswersForNoField) {
    Limits limits;
    limits.fields = 2;
    const std::string blob = build_record(std::string_view("A: 1\nB: 2\nSubject: s\n\n"), limits);
    EXPECT_EQ(open(blob).coverage("subject"), FieldCoverage::not_stored);
    EXPECT_EQ(open(blob).coverage("to"), FieldCoverage::not_stored);
    EXPECT_EQ(open(blob).coverage("x-unknown"), FieldCoverage::not_stored);
}

TEST(Record, TooManyNamesAreNotRemembered) {
    std::string many;
    for (int i = 0; i < 300; ++i) many += "X-" + std::to_string(i) + ": 1\n";
    const std::string blob = build_record(many + "Subject: s\n\n");
    EXPECT_EQ(open(blob).coverage("x-absent"), FieldCoverage::not_stored);
    EXPECT_EQ(open(blob).coverage("subject"), FieldCoverage::stored);
}

TEST(Record, OfNothing) {
    const std::string blob = build_record(std::string_view());
    const RecordView r = open(blob);
    EXPECT_EQ(r.size(), 0U);
    EXPECT_FALSE(r.sent_date().has_value());
    EXPECT_EQ(r.message_id(), "");
    EXPECT_EQ(r.message_id_hash(), 0U);
    EXPECT_EQ(r.reference_count(), 0U);
    std::string got;
    EXPECT_TRUE(r.append_envelope(got));
    EXPECT_EQ(got, "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)");
    got.clear();
    EXPECT_TRUE(r.append_header_fields(std::vector<std::string_view>{"subject"}, got));
    EXPECT_EQ(got, "");
    EXPECT_LT(blob.size(), 130U);
}

TEST(Record, FollowsInReplyToWithoutReferences) {
    const std::string blob = build_record(std::string_view("In-Reply-To: <a@x> <b@x>\n\n"));
    ASSERT_EQ(open(blob).reference_count(), 1U);
    EXPECT_EQ(open(blob).reference_hash(0), message_id_hash("a@x"));
}

TEST(Record, KeepsFirstAndLastReferences) {
    std::string many = "References:";
    for (int i = 0; i < 100; ++i) many += " <" + std::to_string(i) + "@x>\n";
    const std::string blob = build_record(many + "\n");
    ASSERT_EQ(open(blob).reference_count(), 64U);
    EXPECT_EQ(open(blob).reference_hash(0), message_id_hash("0@x"));
    EXPECT_EQ(open(blob).reference_hash(1), message_id_hash("37@x"));
    EXPECT_EQ(open(blob).reference_hash(63), message_id_hash("99@x"));
}

TEST(Record, TruncatedAtEveryOctetIsCorrupt) {
    const std::string blob = build_record(raw);
    for (std::size_t n = 0; n < blob.size(); ++n) {
        const auto r = RecordView::decode(std::string_view(blob).substr(0, n));
        ASSERT_TRUE(r.has_error()) << n;
        EXPECT_EQ(r.error().code, Errc::corrupt);
    }
    EXPECT_TRUE(RecordView::decode(blob + "x").has_error());
}

TEST(Record, EveryFlippedBitIsSafe) {
    const std::string blob = build_record(raw);
    const std::vector<std::uint32_t> path = {2};
    const std::vector<std::string_view> names = {"subject", "to"};
    for (std::size_t i = 0; i < blob.size() * 8; ++i) {
        std::string bad = blob;
        bad[i / 8] = static_cast<char>(bad[i / 8] ^ (1 << (i % 8)));
        const auto r = RecordView::decode(bad);
        if (!r) continue;
        std::string out;
        r->append_envelope(out);
        r->append_bodystructure(out);
        r->append_body(out);
        r->append_header_fields(names, out);
        EXPECT_LT(out.size(), std::size_t{1} << 28);
        (void)r->find_section(path, SectionText::whole);
        for (std::size_t k = 0; k < r->reference_count(); ++k) (void)r->reference_hash(k);
    }
}

TEST(Record, NewerVersionIsUnsupported) {
    std::string blob = build_record(raw);
    blob[0] = 2;
    EXPECT_EQ(RecordView::decode(blob).error().code, Errc::unsupported);
}

TEST(Record, IsSmall) {
    EXPECT_LT(build_record(raw).size(), 800U);
}

}  // namespace
}  // namespace postern::mime
