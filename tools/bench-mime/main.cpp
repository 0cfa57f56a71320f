// CPU microseconds a message for each step of the message library, and the size of the record.
//
//   bench-mime [FILE]...      each file is one message; without files a typical one of 24 KB is made
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>

#include "postern/mime/decode.hpp"
#include "postern/mime/record.hpp"
#include "postern/mime/text.hpp"
#include "postern/mime/wire.hpp"

namespace {

using namespace postern::mime;

/// A reply in text and HTML with an attachment, as phones and desktops send them.
std::string typical_message() {
    std::string m =
        "Return-Path: <anna.schmidt@example.org>\r\n"
        "Received: from mx1.example.net (mx1.example.net [192.0.2.10])\r\n\tby store.example.net (Postfix) "
        "with ESMTPS id "
        "4ABCDEF\r\n\tfor <joe@example.net>; Fri, 6 Jun 2025 10:11:14 +0200 (CEST)\r\n"
        "Received: from smtp.example.org (smtp.example.org [198.51.100.7])\r\n\tby mx1.example.net with "
        "ESMTPS; Fri, 6 Jun 2025 "
        "10:11:13 +0200 (CEST)\r\n"
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=2024;\r\n\t"
        "h=from:to:subject:date:message-id; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n\tb=" +
        std::string(344, 'Z') +
        "\r\nMIME-Version: 1.0\r\n"
        "From: =?UTF-8?Q?Anna_Schmidt_=28B=C3=BCro=29?= <anna.schmidt@example.org>\r\n"
        "To: Joe Public <joe@example.net>, \"Doe, Jane\" <jane.doe@example.com>\r\n"
        "Cc: team@example.org\r\n"
        "Subject: Re: [project] Minutes of the meeting on Thursday, and what follows\r\n"
        "Date: Fri, 6 Jun 2025 10:11:12 +0200\r\n"
        "Message-ID: <CAF8xyz1234567890abcdef=Qw@mail.example.org>\r\n"
        "In-Reply-To: <20250605081212.GA1234@example.net>\r\n"
        "References: <20250604081212.AB77@example.com> <20250605081212.GA1234@example.net>\r\n"
        "X-Mailer: Example Mail 12.3\r\n"
        "Content-Type: multipart/mixed; boundary=\"----=_Part_1234_567890.1717661472000\"\r\n\r\n"
        "------=_Part_1234_567890.1717661472000\r\n"
        "Content-Type: multipart/alternative; boundary=\"0000000000008f1e3c05f6d7a1b2\"\r\n\r\n"
        "--0000000000008f1e3c05f6d7a1b2\r\nContent-Type: text/plain; charset=\"UTF-8\"\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n";
    for (int i = 0; i < 60; ++i)
        m += "Dear all, these are the minutes; gr=C3=BC=C3=9Fe from the second floor.\r\n";
    m += "--0000000000008f1e3c05f6d7a1b2\r\nContent-Type: text/html; "
         "charset=\"UTF-8\"\r\nContent-Transfer-Encoding: "
         "quoted-printable\r\n\r\n<html><head><style>p { margin: 0 }</style></head><body>\r\n";
    for (int i = 0; i < 60; ++i)
        m += "<p>Dear all, these are the minutes; gr=C3=BC=C3=9Fe from <b>the second</b> floor.</p>\r\n";
    m += "--0000000000008f1e3c05f6d7a1b2--\r\n------=_Part_1234_567890.1717661472000\r\nContent-Type: "
         "application/pdf; "
         "name=\"minutes.pdf\"\r\nContent-Disposition: attachment; "
         "filename=\"minutes.pdf\"\r\nContent-Transfer-Encoding: "
         "base64\r\n\r\n";
    while (m.size() < 24 * 1024)
        m += "JVBERi0xLjQKJcOkw7zDtsOfCjIgMCBvYmoKPDwvTGVuZ3RoIDMgMCBSL0ZpbHRlci9GbGF0ZURl\r\n";
    return m + "------=_Part_1234_567890.1717661472000--\r\n";
}

/// CPU time of this process: what other programs do does not count.
double cpu_us() {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_nsec) / 1e3;
}

void measure(const char* name, std::size_t octets, const std::function<std::size_t()>& step) {
    std::size_t runs = 0, sink = 0;
    const double begin = cpu_us();
    double elapsed = 0;
    do {
        for (int i = 0; i < 32; ++i) sink += step();
        runs += 32;
        elapsed = cpu_us() - begin;
    } while (elapsed < 200000);
    const double us = elapsed / static_cast<double>(runs);
    std::printf("  %-28s %10.3f us %10.1f MB/s%s\n", name, us, static_cast<double>(octets) / us,
                sink == 0 ? " (nothing)" : "");
}

void run(const char* name, const std::string& raw) {
    const Message message = parse_message(raw);
    const std::string blob = build_record(message);
    const RecordView record = RecordView::decode(blob).value();
    std::string out;
    const std::string_view names[] = {"From", "To", "Subject", "Date", "Message-Id", "References"};
    std::printf("%s: %zu octets, %zu parts, record %zu octets\n", name, raw.size(), message.parts.size(),
                blob.size());
    measure("parse_message", raw.size(), [&] { return parse_message(raw).parts.size(); });
    measure("build_record", raw.size(), [&] { return build_record(raw).size(); });
    measure("preview", raw.size(), [&] { return preview(message).size() + 1; });
    measure("append_text", raw.size(),
            [&] { return out.clear(), append_text(message, TextScope::all, out), out.size(); });
    measure("searchable_text", raw.size(), [&] { return searchable_text(raw, TextScope::all).size(); });
    measure("record: decode", blob.size(), [&] { return RecordView::decode(blob)->size(); });
    measure("record: envelope", blob.size(),
            [&] { return out.clear(), record.append_envelope(out), out.size(); });
    measure("record: bodystructure", blob.size(),
            [&] { return out.clear(), record.append_bodystructure(out), out.size(); });
    measure("record: body", blob.size(), [&] { return out.clear(), record.append_body(out), out.size(); });
    measure("record: header fields", blob.size(),
            [&] { return out.clear(), record.append_header_fields(names, out), out.size(); });
    out.clear(), record.append_envelope(out);
    const std::size_t envelope = out.size();
    out.clear(), record.append_bodystructure(out);
    std::printf("  common header %zu, envelope %zu, bodystructure %zu, index %zu, preview %zu\n",
                record.common_header().size(), envelope, out.size(), record.structure_index().size(),
                record.preview().size());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) run("typical message", typical_message());
    for (int i = 1; i < argc; ++i) {
        std::ifstream file(argv[i], std::ios::binary);
        run(argv[i], {std::istreambuf_iterator<char>(file), {}});
    }
    return 0;
}
