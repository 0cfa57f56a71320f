// Extensions that are small: scripts and what they do, mostly the examples of their RFCs.
#include "tests/sieve/support/sieve_fixture.hpp"

namespace postern::sieve::test {
namespace {

using Extensions = SieveFixture;

TEST_F(Extensions, Copy) {
    load_only({"sieve-copy"});
    EXPECT_EQ(run("require [\"copy\", \"fileinto\"]; fileinto :copy \"a\"; redirect :copy \"b@c.example\";"),
              "fileinto mailbox=\"a\" (keeps)\nredirect address=\"b@c.example\" (keeps)\nkeep (implicit)");
    EXPECT_EQ(run("require [\"copy\", \"fileinto\"]; fileinto :copy \"a\"; fileinto \"a\";"),
              "fileinto mailbox=\"a\"");
}

TEST_F(Extensions, Relational) {
    EXPECT_TRUE(holds("relational comparator-i;ascii-numeric",
                      "address :count \"ge\" :comparator \"i;ascii-numeric\" [\"to\", \"cc\"] [\"2\"]"));
    EXPECT_FALSE(holds("relational comparator-i;ascii-numeric",
                       "header :count \"gt\" :comparator \"i;ascii-numeric\" \"received\" \"2\""));
    EXPECT_TRUE(holds("relational comparator-i;ascii-numeric",
                      "header :value \"lt\" :comparator \"i;ascii-numeric\" \"x-number\" \"100\""));
    EXPECT_FALSE(holds("relational", "header :value \"lt\" \"x-number\" \"100\""));
    EXPECT_TRUE(holds("relational", "header :value \"ne\" \"x-number\" \"43\""));
    EXPECT_TRUE(holds("relational comparator-i;ascii-numeric",
                      "header :value \"eq\" :comparator \"i;ascii-numeric\" \"subject\" \"x\""));
    EXPECT_EQ(check("require \"relational\"; if header :value \"about\" \"a\" \"b\" { }"),
              "line 1, column 40: :value wants one of gt, ge, lt, le, eq and ne\n");
    EXPECT_NE(check("require \"comparator-i;ascii-numeric\"; if header :contains :comparator "
                    "\"i;ascii-numeric\" \"a\" \"b\" { }")
                  .find("cannot look for parts"),
              std::string::npos);
}

TEST_F(Extensions, Subaddress) {
    EXPECT_TRUE(holds("subaddress", "address :detail \"from\" \"work\""));
    EXPECT_TRUE(holds("subaddress", "address :user \"to\" [\"anna\"]"));
    EXPECT_FALSE(holds("subaddress", "address :detail \"to\" \"\""));
    EXPECT_TRUE(holds("subaddress", "address :detail \"from\" \"\"", "From: ben+@example.net\r\n\r\n"));
    envelope.to = "anna+sieve@example.org";
    EXPECT_TRUE(holds("subaddress envelope", "envelope :detail \"to\" \"sieve\""));
}

TEST_F(Extensions, UnicodeCasemap) {
    EXPECT_TRUE(holds("comparator-i;unicode-casemap",
                      "header :contains :comparator \"i;unicode-casemap\" \"subject\" \"GR\xc3\x9c\""));
    EXPECT_FALSE(holds("", "header :contains \"subject\" \"GR\xc3\x9c\""));
    EXPECT_TRUE(holds("comparator-i;unicode-casemap",
                      "header :matches :comparator \"i;unicode-casemap\" \"subject\" \"*R\xc3\x9c?*\""));
}

TEST_F(Extensions, Body) {
    const std::string mail =
        "From: Whomever\r\nContent-Type: multipart/mixed; boundary=outer\r\n\r\n"
        "& This is a multi-part message in MIME format.\r\n&\r\n--outer\r\n"
        "Content-Type: multipart/alternative; boundary=inner\r\n\r\n"
        "& This is a nested multi-part message in MIME format.\r\n&\r\n--inner\r\n"
        "Content-Type: text/plain; charset=\"us-ascii\"\r\n\r\n$ Hello\r\n$\r\n--inner\r\n"
        "Content-Type: text/html; charset=\"us-ascii\"\r\n\r\n% "
        "<html><body>Hello</body></html>\r\n%\r\n--inner--\r\n&\r\n"
        "& This is the end of the inner MIME multipart.\r\n&\r\n--outer\r\n"
        "Content-Type: message/rfc822\r\n\r\n! From: Someone Else\r\nSubject: hello request\r\n\r\n$ Please "
        "say Hello\r\n$\r\n"
        "--outer--\r\n&\r\n& This is the end of the outer MIME multipart.\r\n";
    const auto found = [&](const std::string& test) { return holds("body", "body " + test, mail); };
    EXPECT_TRUE(found(":content \"multipart\" :contains \"MIME format\""));
    EXPECT_TRUE(found(":content \"multipart\" :contains \"end of the inner\""));
    EXPECT_TRUE(found(":content \"multipart\" :contains \"end of the outer\""));
    EXPECT_FALSE(found(":content \"multipart\" :contains \"Hello\""));
    EXPECT_FALSE(found(":content \"multipart\" :contains \"inner--\""));
    EXPECT_TRUE(found(":content \"text/html\" :contains \"<body>\""));
    EXPECT_FALSE(found(":content \"text/plain\" :contains \"<body>\""));
    EXPECT_TRUE(found(":content \"text\" :contains \"say Hello\""));
    EXPECT_TRUE(found(":content \"message/rfc822\" :contains \"hello request\""));
    EXPECT_FALSE(found(":content \"message/rfc822\" :contains \"say\""));
    EXPECT_FALSE(found(":content \"text/\" :contains \"Hello\""));
    EXPECT_TRUE(found(":raw :contains \"--outer\""));
    EXPECT_FALSE(found(":text :contains \"--outer\""));
    EXPECT_TRUE(holds("body", "body :contains \"gr\xc3\xbc\xc3\x9f\"",
                      "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: "
                      "quoted-printable\r\n\r\nGr=FC=DFe\r\n"));
    // It sets no match variables (section 6).
    EXPECT_EQ(run("require [\"body\", \"variables\", \"fileinto\"]; if header :matches \"x-number\" \"4*\" { "
                  "if body :matches "
                  "\"*Anna*\" { fileinto \"x${1}\"; } }"),
              "fileinto mailbox=\"x2\"");
}

TEST_F(Extensions, DateAndIndex) {
    EXPECT_TRUE(holds("date", "date :originalzone \"date\" \"hour\" \"23\""));
    EXPECT_TRUE(holds("date", "date \"date\" \"iso8601\" \"2027-01-15T04:58:00Z\""));
    EXPECT_TRUE(holds("date", "date :zone \"+0130\" \"date\" \"iso8601\" \"2027-01-15T06:28:00+01:30\""));
    EXPECT_TRUE(holds("date", "date :zone \"-0500\" \"received\" \"weekday\" \"4\""));
    EXPECT_TRUE(holds("date", "date :originalzone \"date\" \"zone\" \"-0500\""));
    EXPECT_TRUE(holds("date", "date \"date\" \"julian\" \"61420\""));
    EXPECT_TRUE(holds("date", "date \"date\" \"std11\" \"Fri, 15 Jan 2027 04:58:00 +0000\""));
    EXPECT_FALSE(holds("date", "date :contains \"x-number\" \"year\" \"\""));
    EXPECT_TRUE(holds("date relational", "currentdate :value \"ge\" \"date\" \"2027-01-15\""));
    EXPECT_TRUE(holds("date", "currentdate :zone \"+0200\" \"time\" \"10:00:00\""));
    EXPECT_TRUE(holds("date index", "date :index 2 :originalzone \"received\" \"hour\" \"12\""));
    EXPECT_TRUE(holds("index", "header :index 1 :last :contains \"received\" \"c.example\""));
    EXPECT_FALSE(holds("index", "header :index 1 :contains \"received\" \"c.example\""));
    EXPECT_FALSE(holds("index", "header :index 3 :contains \"received\" \"\""));
    // Counted over all names in their order.
    EXPECT_TRUE(holds("index", "header :index 3 :contains [\"received\", \"x-number\"] \"42\""));
    EXPECT_EQ(check("require \"index\"; if header :last \"a\" \"b\" { }"),
              "line 1, column 21: :last is of no use without :index\n");
    EXPECT_EQ(check("require \"date\"; if date :zone \"+0100\" :originalzone \"date\" \"year\" \"1\" { }"),
              "line 1, column 20: :zone and :originalzone contradict each other\n");
    EXPECT_EQ(check("require \"date\"; if currentdate \"century\" \"21\" { }"),
              "line 1, column 32: a date has no part \"century\"\n");
}

TEST_F(Extensions, Mailboxes) {
    environment.ids["F6352"] = "Lists";
    environment.annotations["INBOX /private/comment"] = "on";
    environment.annotations[" /shared/motd"] = "Hello";
    EXPECT_TRUE(holds("mailbox", "mailboxexists [\"INBOX\", \"Lists\"]"));
    EXPECT_FALSE(holds("mailbox", "mailboxexists [\"INBOX\", \"Nowhere\"]"));
    EXPECT_EQ(run("require [\"fileinto\", \"mailbox\"]; fileinto :create \"New\";"),
              "fileinto mailbox=\"New\" create=\"yes\"");
    EXPECT_TRUE(holds("special-use", "specialuse_exists \"\\\\Sent\""));
    EXPECT_FALSE(holds("special-use", "specialuse_exists \"Lists\" \"\\\\Sent\""));
    EXPECT_EQ(run("require [\"fileinto\", \"special-use\"]; fileinto :specialuse \"\\\\Sent\" \"x\";"),
              "fileinto mailbox=\"x\" found=\"Sent\" specialuse=\"\\Sent\"");
    EXPECT_TRUE(holds("mailboxid", "mailboxidexists \"F6352\""));
    EXPECT_EQ(run("require [\"fileinto\", \"mailboxid\"]; fileinto :mailboxid \"F6352\" \"x\";"),
              "fileinto mailbox=\"x\" found=\"Lists\" mailboxid=\"F6352\"");
    EXPECT_EQ(
        check("require [\"fileinto\", \"mailboxid\", \"special-use\"]; fileinto :mailboxid \"a\" :specialuse "
              "\"\\\\b\" \"x\";"),
        "line 1, column 75: :specialuse and :mailboxid contradict each other\n");
    EXPECT_TRUE(holds("mboxmetadata", "metadata \"INBOX\" \"/private/Comment\" \"ON\""));
    EXPECT_FALSE(holds("mboxmetadata", "metadata \"Lists\" \"/private/comment\" \"on\""));
    EXPECT_TRUE(holds("mboxmetadata", "metadataexists \"INBOX\" \"/private/comment\""));
    EXPECT_TRUE(holds("servermetadata", "servermetadata :contains \"/shared/motd\" \"ell\""));
    EXPECT_FALSE(holds("servermetadata", "servermetadataexists [\"/shared/motd\", \"/shared/none\"]"));
}

TEST_F(Extensions, Environment) {
    environment.items["name"] = "Postern";
    EXPECT_TRUE(holds("environment", "environment \"NAME\" \"postern\""));
    EXPECT_FALSE(holds("environment", "environment :contains \"remote-ip\" \"\""));
}

TEST_F(Extensions, EditHeader) {
    EXPECT_EQ(run("require \"editheader\"; addheader \"X-Hello\" \"W\xc3\xb6rld\"; if header \"x-hello\" "
                  "\"w\xc3\xb6rld\" { keep; }"),
              "keep");
    EXPECT_EQ(content(0), "X-Hello: =?UTF-8?B?V8O2cmxk?=\r\n" + letter);
    run("require \"editheader\"; addheader :last \"X-Hello\" \"World\";");
    EXPECT_NE(content(0).find("X-Number: 42\r\nX-Hello: World\r\n\r\nHello Anna."), std::string::npos);
    run("require \"editheader\"; addheader \"X-Hello\" \"World\"; deleteheader :index 1 \"X-Hello\";");
    EXPECT_EQ(content(0), letter);
    const std::string three = "X-H: 1\r\nX-H: 2\r\nX-H: 3\r\n\r\nbody";
    run("require \"editheader\"; deleteheader :index 1 \"x-h\"; deleteheader :index 2 \"x-h\";", three);
    EXPECT_EQ(content(0), "X-H: 2\r\n\r\nbody");
    run("require \"editheader\"; deleteheader :index 1 :last :contains \"x-h\" \"2\"; deleteheader \"x-h\" "
        "\"1\";",
        three);
    EXPECT_EQ(content(0), "X-H: 2\r\nX-H: 3\r\n\r\nbody");
    run("require \"editheader\"; deleteheader \"Received\"; deleteheader \"Subject\";");
    EXPECT_NE(content(0).find("Received: from a.example.net"), std::string::npos);
    EXPECT_EQ(content(0).find("Subject"), std::string::npos);
    // One message, whatever was edited in between (section 7).
    EXPECT_EQ(run("require \"editheader\"; keep; addheader \"X-Flavor\" \"vanilla\"; keep;"), "keep");
    EXPECT_EQ(check("require \"editheader\"; deleteheader :last \"a\";"),
              "line 1, column 23: :last is of no use without :index\n");
    // What fails is kept as it came.
    EXPECT_EQ(run("require [\"editheader\", \"ihave\"]; addheader \"X-Hello\" \"World\"; error \"no\";"),
              "failed: line 1, column 63: no");
    EXPECT_EQ(outcome.actions.at(0).content, nullptr);
}

TEST_F(Extensions, Reject) {
    EXPECT_EQ(run("require \"reject\"; reject \"No.\";"), "reject reason=\"No.\"");
    EXPECT_EQ(run("require \"ereject\"; ereject \"No.\";"), "ereject reason=\"No.\"");
    EXPECT_EQ(run("require \"reject\"; reject \"No.\"; keep;"),
              "failed: line 1, column 33: keep contradicts reject");
    EXPECT_EQ(run("require [\"reject\", \"ereject\"]; reject \"No.\"; ereject \"No.\";"),
              "failed: line 1, column 46: ereject contradicts reject");
    EXPECT_EQ(run("require [\"reject\", \"fileinto\"]; fileinto \"a\"; reject \"No.\";"),
              "failed: line 1, column 47: reject contradicts fileinto");
}

TEST_F(Extensions, Duplicate) {
    const std::string script = "require \"duplicate\"; if duplicate { discard; }";
    const std::string first = run(script);
    EXPECT_TRUE(first.starts_with("track track=\"duplicate ")) << first;
    EXPECT_TRUE(first.ends_with("seconds=\"604800\" (keeps)\nkeep (implicit)")) << first;
    environment.tracked.insert(outcome.actions.at(0).value("track"));
    EXPECT_EQ(run(script), "discard");
    EXPECT_EQ(run("require \"duplicate\"; if duplicate :header \"message-id\" { discard; }"), "discard");
    EXPECT_EQ(run("require [\"duplicate\", \"variables\"]; if header :matches \"message-id\" \"*\" { if "
                  "duplicate :uniqueid "
                  "\"${0}\" { discard; } }"),
              "discard");
    EXPECT_NE(run("require \"duplicate\"; if duplicate :handle \"x\" { discard; }"), "discard");
    EXPECT_NE(
        run("require \"duplicate\"; if duplicate :last :seconds 60 { discard; }").find("seconds=\"60\""),
        std::string::npos);
    EXPECT_EQ(run(script, "Subject: x\r\n\r\n"), kept);
    EXPECT_EQ(check("require \"duplicate\"; if duplicate :header \"a\" :uniqueid \"b\" { }"),
              "line 1, column 25: :header and :uniqueid contradict each other\n");
}

TEST_F(Extensions, IHave) {
    EXPECT_EQ(run("require \"ihave\"; if ihave \"copy\" { redirect :copy \"a@b.c\"; }"),
              "redirect address=\"a@b.c\" (keeps)\nkeep (implicit)");
    EXPECT_EQ(run("require \"ihave\"; if ihave \"frob\" { frob \"x\"; } else { discard; }"), "discard");
    EXPECT_EQ(run("require \"ihave\"; if not ihave [\"frob\", \"copy\"] { error \"Sorry\"; }"),
              "failed: line 1, column 50: Sorry");
    EXPECT_EQ(run("require \"ihave\"; if ihave \"frob\" { stop; } frob;"),
              "failed: line 1, column 44: there is no command \"frob\"");
}

TEST_F(Extensions, SpamAndVirus) {
    const auto with = [](const std::string& field) { return field + "\r\nSubject: x\r\n\r\n"; };
    const std::string numeric = "relational comparator-i;ascii-numeric ";
    const std::string eq = " :value \"eq\" :comparator \"i;ascii-numeric\" ";
    EXPECT_TRUE(holds(numeric + "spamtest", "spamtest" + eq + "\"0\""));
    EXPECT_TRUE(holds(numeric + "spamtest", "spamtest :count \"eq\" :comparator \"i;ascii-numeric\" \"0\""));
    EXPECT_TRUE(holds(numeric + "spamtest", "spamtest" + eq + "\"1\"", with("X-Spam-Score: -2.1")));
    EXPECT_TRUE(holds(numeric + "spamtest", "spamtest" + eq + "\"10\"", with("X-Spam-Score: 7.5")));
    EXPECT_TRUE(holds(numeric + "spamtestplus", "spamtest :percent" + eq + "\"50\"",
                      with("X-Spam-Score: score=2.5")));
    EXPECT_NE(check("require \"spamtest\"; if spamtest :percent \"1\" { }"), "");
    EXPECT_TRUE(holds(numeric + "virustest", "virustest" + eq + "\"0\""));
    EXPECT_TRUE(holds(numeric + "virustest", "virustest" + eq + "\"1\"", with("X-Virus-Status: Clean")));
    EXPECT_TRUE(
        holds(numeric + "virustest", "virustest" + eq + "\"5\"", with("X-Virus-Status: Infected (Eicar)")));
}

TEST_F(Extensions, SpamSettings) {
    configure("sieve-spamtest", "{score: X-Bogosity, threshold: 1}");
    EXPECT_TRUE(holds("spamtest", "spamtest \"10\"", "X-Bogosity: 0.99\r\n\r\n"));
}

TEST_F(Extensions, Regex) {
    EXPECT_TRUE(holds("regex", "header :regex \"subject\" \"^gr.*[be]en$\""));
    EXPECT_FALSE(holds("regex", "header :regex :comparator \"i;octet\" \"subject\" \"^gr\""));
    EXPECT_EQ(run("require [\"regex\", \"variables\", \"fileinto\"]; if address :regex \"from\" "
                  "\"(.*)@([^.]+)\" { fileinto "
                  "\"${2}/${1}\"; }"),
              "fileinto mailbox=\"Example/Ben+work\"");
    EXPECT_NE(check("require \"regex\"; if header :regex \"a\" \"(\" { }")
                  .find("line 1, column 39: the regular expression"),
              std::string::npos);
    EXPECT_EQ(run("require \"regex\"; if header :regex \"x\" \"^(a+)+$\" { discard; }",
                  "X: " + std::string(60, 'a') + "b\r\n\r\n"),
              "failed: line 1, column 28: the regular expression takes too long");
    EXPECT_EQ(run("require [\"regex\", \"variables\", \"fileinto\"]; set :quoteregex \"x\" \"a.b*\"; "
                  "fileinto \"${x}\";"),
              "fileinto mailbox=\"a\\.b\\*\"");
}

TEST_F(Extensions, Dsn) {
    EXPECT_FALSE(holds("envelope envelope-dsn", "envelope :contains \"orcpt\" \"\""));
    envelope.parameters = {{"NOTIFY", "FAILURE,DELAY"},
                           {"ORCPT", "rfc822;anna@example.com"},
                           {"RET", "HDRS"},
                           {"ENVID", "Q1"},
                           {"BY", "-60;RT"}};
    EXPECT_TRUE(holds("envelope envelope-dsn", "envelope \"notify\" \"DELAY\""));
    EXPECT_TRUE(holds("envelope envelope-dsn relational comparator-i;ascii-numeric",
                      "envelope :comparator \"i;ascii-numeric\" :count \"eq\" \"notify\" \"2\""));
    EXPECT_TRUE(holds("envelope envelope-dsn", "envelope :matches \"orcpt\" \"rfc822;*@example.com\""));
    EXPECT_TRUE(holds("envelope envelope-dsn", "envelope \"ret\" \"HDRS\""));
    EXPECT_TRUE(holds("envelope envelope-dsn", "envelope \"envid\" \"Q1\""));
    EXPECT_TRUE(holds("envelope envelope-deliverby", "envelope \"bytimeabsolute\" \"2027-01-15T07:59:00Z\""));
    EXPECT_TRUE(holds("envelope envelope-deliverby",
                      "envelope :zone \"+0100\" \"bytimeabsolute\" \"2027-01-15T08:59:00+01:00\""));
    EXPECT_TRUE(holds("envelope envelope-deliverby", "envelope :contains \"bytimerelative\" \"-\""));
    EXPECT_TRUE(holds("envelope envelope-deliverby", "envelope \"bymode\" \"return\""));
    EXPECT_TRUE(holds("envelope envelope-deliverby", "envelope \"bytrace\" \"trace\""));
    EXPECT_EQ(check("require [\"envelope\", \"envelope-dsn\"]; if envelope :domain \"ret\" \"x\" { }"),
              "line 1, column 59: \"ret\" is no address\n");
    EXPECT_EQ(run("require [\"copy\", \"redirect-dsn\"]; redirect :copy :notify \"NEVER\" :ret \"hdrs\" "
                  "\"a@b.c\";"),
              "redirect address=\"a@b.c\" notify=\"NEVER\" ret=\"HDRS\" (keeps)\nkeep (implicit)");
    EXPECT_NE(check("require \"redirect-dsn\"; redirect :notify \"SOMETIMES\" \"a@b.c\";"), "");
    EXPECT_EQ(
        run("require \"redirect-deliverby\"; redirect :bytimerelative 600 :bymode \"notify\" \"a@b.c\";"),
        "redirect address=\"a@b.c\" bymode=\"notify\" bytime=\"600\"");
    EXPECT_EQ(run("require \"redirect-deliverby\"; redirect :bytrace \"a@b.c\";"),
              "failed: line 1, column 40: this is of no use without :bytimerelative or :bytimeabsolute");
}

TEST_F(Extensions, ExternalLists) {
    configure("sieve-extlists",
              "lists: { \"tag:example.org,2027:friends\": [ben+work@example.net, x@example.com] }");
    const std::string list = "\"tag:example.org,2027:friends\"";
    EXPECT_TRUE(holds("extlists", "address :list \"from\" " + list));
    EXPECT_FALSE(holds("extlists", "address :list \"to\" " + list));
    EXPECT_FALSE(holds("extlists", "address :list \"from\" \":addrbook:default\""));
    EXPECT_TRUE(holds("extlists", "valid_ext_list [\":AddrBook:%44efault\", " + list + "]"));
    EXPECT_FALSE(holds("extlists", "valid_ext_list \"tag:example.org,2027:foes\""));
    EXPECT_EQ(
        run("require \"extlists\"; redirect :list " + list + ";"),
        "redirect list=\"tag:example.org,2027:friends\" members=\"ben+work@example.net\",\"x@example.com\"");
    EXPECT_NE(run("require \"extlists\"; if header :list \"from\" \"tag:x\" { }")
                  .find("failed: line 1, column 31: there is no list"),
              std::string::npos);
    EXPECT_NE(check("require [\"extlists\", \"date\"]; if currentdate :list \"year\" " + list + " { }"), "");
    EXPECT_NE(
        check("require \"extlists\"; if header :list :comparator \"i;octet\" \"from\" " + list + " { }"), "");
}

}  // namespace
}  // namespace postern::sieve::test
