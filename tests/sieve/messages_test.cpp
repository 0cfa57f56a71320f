// Extensions that write messages: vacation, enotify with mailto, fcc, and the MIME operations of RFC 5703.
#include "postern/mime/message.hpp"
#include "tests/sieve/support/sieve_fixture.hpp"

namespace postern::sieve::test {
namespace {

class Vacation : public SieveFixture {
protected:
    /// Number of responses.
    std::size_t answers(const std::string& script, const std::string& message) {
        run(script, message);
        EXPECT_FALSE(outcome.failure) << outcome.failure->to_string();
        std::size_t count = 0;
        for (const Action& action : outcome.actions) count += action.kind == "vacation" ? 1 : 0;
        return count;
    }
    std::size_t answers(const std::string& script) { return answers(script, letter); }
    const std::string simple = "require \"vacation\"; vacation \"I'm away.\";";
};

TEST_F(Vacation, Answers) {
    ASSERT_EQ(answers(simple), 1U);
    const Action& action = outcome.actions.at(0);
    EXPECT_EQ(action.value("address"), "ben@example.net");
    EXPECT_EQ(action.value("seconds"), "604800");
    const std::string& text = content(0);
    for (const char* line : {"From: anna@example.org\r\n", "To: ben@example.net\r\n",
                             "Auto-Submitted: auto-replied (vacation)\r\n",
                             "In-Reply-To: <1@example.net>\r\n", "References: <1@example.net>\r\n",
                             "Date: Fri, 15 Jan 2027 08:00:00 +0000\r\n", "\r\n\r\nI'm away.\r\n"}) {
        EXPECT_NE(text.find(line), std::string::npos) << line << text;
    }
    EXPECT_NE(text.find("Subject: =?UTF-8?B?QXV0bzogR3LDvMOfZSBmcm9tIEJlbg==?=\r\n"), std::string::npos)
        << text;
    EXPECT_EQ(outcome.actions.at(1).to_string(), kept);
}

TEST_F(Vacation, WhomItDoesNotAnswer) {
    EXPECT_EQ(answers(simple, "List-Id: <a.b>\r\n" + letter), 0U);
    EXPECT_EQ(answers(simple, "Auto-Submitted: auto-generated\r\n" + letter), 0U);
    EXPECT_EQ(answers(simple, "Auto-Submitted: no\r\n" + letter), 1U);
    EXPECT_EQ(answers(simple, "From: x@example.net\r\nTo: other@example.org\r\n\r\n"), 0U);
    EXPECT_EQ(answers("require \"vacation\"; vacation :addresses [\"other@example.org\"] \"Away\";",
                      "From: x@example.net\r\nTo: Other@Example.ORG\r\n\r\n"),
              1U);
    for (const char* sender : {"", "MAILER-DAEMON@example.net", "owner-list@example.net",
                               "list-request@example.net", "anna@example.org"}) {
        envelope.from = sender;
        EXPECT_EQ(answers(simple), 0U) << sender;
    }
}

TEST_F(Vacation, OncePerSenderAndResponse) {
    ASSERT_EQ(answers(simple), 1U);
    environment.tracked.insert(outcome.actions.at(0).value("track"));
    EXPECT_EQ(answers(simple), 0U);
    EXPECT_EQ(answers("require \"vacation\"; vacation \"Something else.\";"), 1U);
    envelope.from = "BEN@example.net";
    EXPECT_EQ(answers(simple), 0U);
    envelope.from = "carl@example.net";
    EXPECT_EQ(answers(simple), 1U);
}

TEST_F(Vacation, HandlesAndVariables) {
    const std::string handle = "require \"vacation\"; vacation :handle \"h\" ";
    ASSERT_EQ(answers(handle + "\"a\";"), 1U);
    environment.tracked.insert(outcome.actions.at(0).value("track"));
    EXPECT_EQ(answers(handle + ":subject \"s\" \"b\";"), 0U);
    // Variables are put in later (section 4.2).
    const std::string script =
        "require [\"vacation\", \"variables\"]; if header :matches \"subject\" \"*\" { vacation :subject "
        "\"Re: ${1}\" "
        "\"Away\"; }";
    ASSERT_EQ(answers(script, "To: anna@example.org\r\nSubject: one\r\n\r\n"), 1U);
    environment.tracked.insert(outcome.actions.at(0).value("track"));
    EXPECT_EQ(answers(script, "To: anna@example.org\r\nSubject: two\r\n\r\n"), 0U);
}

TEST_F(Vacation, TwiceIsAnErrorAndRejectContradicts) {
    EXPECT_NE(run("require \"vacation\"; vacation \"a\"; vacation \"b\";").find("only once"),
              std::string::npos);
    EXPECT_NE(run("require [\"vacation\", \"reject\"]; vacation \"a\"; reject \"b\";")
                  .find("reject contradicts vacation"),
              std::string::npos);
}

TEST_F(Vacation, SecondsAndDays) {
    ASSERT_EQ(answers("require \"vacation-seconds\"; vacation :seconds 1800 \"a\";"), 1U);
    EXPECT_EQ(outcome.actions.at(0).value("seconds"), "1800");
    ASSERT_EQ(answers("require \"vacation-seconds\"; vacation :seconds 0 \"a\";"), 1U);
    environment.tracked.insert(outcome.actions.at(0).value("track"));
    EXPECT_EQ(answers("require \"vacation-seconds\"; vacation :seconds 0 \"a\";"), 1U);
    environment.tracked.clear();
    answers("require \"vacation\"; vacation :days 100000 \"a\";");
    EXPECT_EQ(outcome.actions.at(0).value("seconds"), std::to_string(365 * 24 * 60 * 60));
    EXPECT_NE(check("require \"vacation-seconds\"; vacation :days 1 :seconds 5 \"a\";"), "");
    EXPECT_NE(check("require \"vacation-seconds\"; vacation :seconds 5 :days 1 \"a\";"), "");
}

TEST_F(Vacation, FromSubjectMimeAndFcc) {
    ASSERT_EQ(answers("require [\"vacation\", \"fcc\", \"mailbox\", \"special-use\", \"imap4flags\"]; "
                      "vacation :days 7 :from "
                      "\"hemingway@example.com\" :subject \"S\" :specialuse \"\\\\Sent\" :create :fcc "
                      "\"INBOX.Sent\" :flags [\"\\\\Seen\"] \"Gone "
                      "Fishin'\";"),
              1U);
    const Action& action = outcome.actions.at(0);
    EXPECT_EQ(action.value("fcc"), "INBOX.Sent");
    EXPECT_EQ(action.value("found"), "Sent");
    EXPECT_EQ(action.value("flags"), "\\Seen");
    EXPECT_NE(content(0).find("From: hemingway@example.com\r\n"), std::string::npos);
    EXPECT_NE(content(0).find("Subject: S\r\n"), std::string::npos);
    answers("require \"vacation\"; vacation :mime text:\nContent-Type: text/html\n\n<p>\n.\n;");
    EXPECT_NE(content(0).find("MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<p>\r\n"),
              std::string::npos);
    EXPECT_NE(check("require \"vacation\"; vacation :from \"nobody\" \"a\";").find("no address"),
              std::string::npos);
    EXPECT_NE(check("require [\"vacation\", \"mailbox\"]; vacation :create \"a\";").find("without :fcc"),
              std::string::npos);
}

using Notify = SieveFixture;

TEST_F(Notify, Mailto) {
    const std::string done =
        run("require [\"enotify\", \"variables\"]; if header :matches \"Subject\" \"*from *\" { notify "
            ":message \"From "
            "${2}\" :importance \"3\" "
            "\"mailto:0123456789@sms.example.net?to=backup@example.com&body=Hi%20you\"; }");
    EXPECT_TRUE(done.starts_with("notify ")) << done;
    EXPECT_TRUE(done.ends_with(kept)) << done;
    const Action& action = outcome.actions.at(0);
    EXPECT_EQ(action.details.at("address"),
              (std::vector<std::string>{"0123456789@sms.example.net", "backup@example.com"}));
    for (const char* line :
         {"Auto-Submitted: auto-notified; owner-email=\"anna@example.org\"\r\n", "Subject: From Ben\r\n",
          "To: 0123456789@sms.example.net, backup@example.com\r\n", "Importance: low\r\n",
          "\r\n\r\nHi you\r\n"}) {
        EXPECT_NE(content(0).find(line), std::string::npos) << line << content(0);
    }
    EXPECT_EQ(
        run("require \"enotify\"; notify \"mailto:a@b.c\";", "Auto-Submitted: auto-replied\r\n" + letter),
        kept);
    // Headers that only the server sets are passed over.
    run("require \"enotify\"; notify \"mailto:a@b.c?from=x@y.z&auto-submitted=no&x-info=1%0D%0A2\";");
    EXPECT_EQ(content(0).find("x@y.z"), std::string::npos);
    EXPECT_NE(content(0).find("x-info: 1  2\r\n"), std::string::npos) << content(0);
}

TEST_F(Notify, MethodsAndFaults) {
    EXPECT_TRUE(holds("enotify", "valid_notify_method [\"mailto:a@b.c\", \"MAILTO:x@y.z?subject=a\"]"));
    EXPECT_FALSE(
        holds("enotify", "valid_notify_method [\"mailto:a@b.c\", \"http://gw.example.net/notify?test\"]"));
    EXPECT_FALSE(holds("enotify", "valid_notify_method \"mailto:\""));
    EXPECT_TRUE(holds("enotify", "notify_method_capability \"mailto:a@b.c\" \"Online\" \"maybe\""));
    EXPECT_FALSE(holds("enotify", "notify_method_capability \"xmpp:a@b.c\" \"online\" \"maybe\""));
    EXPECT_TRUE(holds("enotify", "notify_method_capability \"mailto:a@b.c\" \"fcc\" \"yes\""));
    EXPECT_NE(check("require \"enotify\"; notify :importance \"5\" \"mailto:a@b.c\";"), "");
    EXPECT_NE(check("require \"enotify\"; notify :options \"x\" \"mailto:a@b.c\";"), "");
    EXPECT_NE(check("require \"enotify\"; notify \"mailto:nobody\";"), "");
    EXPECT_NE(run("require \"enotify\"; notify \"tel:+1\";").find("there is no way to notify"),
              std::string::npos);
    EXPECT_EQ(run("require [\"enotify\", \"variables\", \"fileinto\"]; set :encodeurl \"x\" \"Safe "
                  "body&evil=evilbody\"; fileinto \"${x}\";"),
              "fileinto mailbox=\"Safe%20body%26evil%3Devilbody\"");
}

class Mime : public SieveFixture {
protected:
    const std::string mail =
        "From: a@b.c\r\nSubject: parts\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
        "boundary=x\r\n\r\n--x\r\n"
        "Content-Type: multipart/alternative; boundary=y\r\n\r\n--y\r\nContent-Type: text/plain; "
        "charset=iso-8859-1\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe=\r\n!\r\n--y\r\nContent-Type: "
        "text/html\r\n\r\n<p>\r\n--y--\r\n--x\r\n"
        "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"important.com\"\r\n"
        "Content-MD5: abc\r\nContent-From: tim@example.com\r\n\r\nPDF\r\n--x--\r\n";
    std::string done(const std::string& names, const std::string& script) {
        return run("require [\"fileinto\", \"variables\", " + names + "]; " + script, mail);
    }
};

TEST_F(Mime, Tests) {
    const auto found = [&](const std::string& test) { return holds("mime", test, mail); };
    EXPECT_TRUE(found("header :mime :type \"Content-Type\" \"multipart\""));
    EXPECT_FALSE(found("header :mime :contenttype \"Content-Type\" \"text/html\""));
    EXPECT_TRUE(found("header :mime :anychild :contenttype \"Content-Type\" \"text/html\""));
    EXPECT_TRUE(
        found("header :mime :anychild :param \"filename\" \"Content-Disposition\" \"important.com\""));
    EXPECT_TRUE(found("header :mime :anychild :type \"Content-Disposition\" \"attachment\""));
    EXPECT_FALSE(found("header :mime :anychild :subtype \"Content-Disposition\" \"attachment\""));
    EXPECT_TRUE(found("exists :mime :anychild \"content-md5\""));
    EXPECT_FALSE(found("exists :mime \"content-md5\""));
    EXPECT_TRUE(found("address :mime :anychild :is :all \"content-from\" \"tim@example.com\""));
    EXPECT_NE(check("require \"mime\"; if header :anychild \"a\" \"b\" { }").find("without :mime"),
              std::string::npos);
    EXPECT_NE(check("require \"mime\"; if header :mime :type :subtype \"a\" \"b\" { }"), "");
}

TEST_F(Mime, Loops) {
    EXPECT_EQ(
        done("\"foreverypart\", \"mime\"",
             "foreverypart { if header :mime :subtype \"Content-Type\" \"pdf\" { fileinto \"p\"; break; } }"),
        "fileinto mailbox=\"p\"");
    // An inner loop sees only what is within.
    const std::string types =
        "if header :mime :matches :contenttype \"Content-Type\" \"*\" { fileinto \"${1}\"; }";
    EXPECT_EQ(
        done("\"foreverypart\", \"mime\"",
             "foreverypart { if header :mime :subtype \"Content-Type\" \"alternative\" { foreverypart { " +
                 types + " } } }"),
        "fileinto mailbox=\"text/plain\"\nfileinto mailbox=\"text/html\"");
    EXPECT_EQ(done("\"foreverypart\", \"mime\"",
                   "foreverypart :name \"o\" { foreverypart { " + types + " break :name \"o\"; } } keep;"),
              "fileinto mailbox=\"multipart/alternative\"\nkeep");
    EXPECT_EQ(check("require \"foreverypart\"; break;"), "line 1, column 25: break outside of a loop\n");
    EXPECT_EQ(check("require \"foreverypart\"; foreverypart { break :name \"x\"; }"),
              "line 1, column 40: there is no loop \"x\"\n");
}

TEST_F(Mime, ExtractText) {
    const std::string loop =
        "foreverypart { if header :mime :type \"Content-Type\" \"text\" { extracttext :first 4 :upper \"t\"; "
        "break; } } "
        "fileinto \"${t}\";";
    EXPECT_EQ(done("\"foreverypart\", \"mime\", \"extracttext\"", loop),
              "fileinto mailbox=\"GR\xc3\xbc\xc3\x9f\"");
    EXPECT_NE(check("require [\"variables\", \"extracttext\"]; extracttext \"x\";"), "");
}

TEST_F(Mime, ReplaceAPart) {
    EXPECT_EQ(done("\"foreverypart\", \"mime\", \"replace\"",
                   "foreverypart { if header :mime :param \"filename\" :matches [\"Content-Type\", "
                   "\"Content-Disposition\"] \"*.com\" { "
                   "replace \"removed\"; } }"),
              kept);
    const std::string& text = content(0);
    EXPECT_NE(text.find("--x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
                        "7bit\r\n\r\nremoved\r\n--x--\r\n"),
              std::string::npos)
        << text;
    EXPECT_EQ(text.find("PDF"), std::string::npos);
    EXPECT_EQ(mime::parse_message(text).parts.size(), 5U);
}

TEST_F(Mime, ReplaceTheMessage) {
    EXPECT_EQ(done("\"replace\"", "replace :subject \"n\xc3\xbc\" :from \"new@example.org\" \"all\";"), kept);
    const std::string& text = content(0);
    for (const char* line : {"Original-From: a@b.c\r\n", "From: new@example.org\r\n",
                             "Original-Subject: parts\r\n", "Subject: =?UTF-8?B?bsO8?=\r\n", "\r\n\r\nall"}) {
        EXPECT_NE(text.find(line), std::string::npos) << line << text;
    }
    EXPECT_EQ(text.find("multipart"), std::string::npos);
    EXPECT_NE(check("require \"replace\"; replace :mime :subject \"x\" \"y\";"), "");
}

TEST_F(Mime, Enclose) {
    EXPECT_EQ(done("\"enclose\"",
                   "enclose :subject \"Warning\" :headers [\"From\"] text:\nWatch out\n.\n; redirect "
                   "\"z@y.x\"; keep;"),
              "redirect address=\"z@y.x\"\nkeep");
    EXPECT_EQ(content(0), mail);
    const std::string& text = content(1);
    const auto parsed = mime::parse_message(text);
    ASSERT_EQ(parsed.parts.size(), 8U) << text;
    EXPECT_TRUE(parsed.parts[0].is("multipart", "mixed"));
    EXPECT_EQ(parsed.body(parsed.parts[1]), "Watch out\r\n");
    EXPECT_EQ(parsed.body(parsed.parts[2]), mail);
    EXPECT_TRUE(text.starts_with("From: a@b.c\r\n"));
    EXPECT_NE(text.find("Subject: Warning\r\n"), std::string::npos);
}

}  // namespace
}  // namespace postern::sieve::test
