// variables (RFC 5229), imap4flags (RFC 5232), include (RFC 6609)
#include <filesystem>
#include <fstream>

#include "tests/sieve/support/sieve_fixture.hpp"

namespace postern::sieve::test {
namespace {

class Variables : public SieveFixture {
protected:
    /// What "x" holds after these commands.
    std::string value(const std::string& commands) {
        const std::string done =
            run("require [\"variables\", \"fileinto\"]; " + commands + " fileinto \":${x}\";");
        EXPECT_TRUE(done.starts_with("fileinto mailbox=\":") && done.ends_with("\"")) << done;
        return done.size() < 20 ? done : done.substr(19, done.size() - 20);
    }
};

TEST_F(Variables, SetAndModifiers) {
    const std::string a = "set \"a\" \"juMBlEd lETteRS\"; ";
    EXPECT_EQ(value(a + "set \"X\" \"${A}\";"), "juMBlEd lETteRS");
    EXPECT_EQ(value(a + "set :length \"x\" \"${a}\";"), "15");
    EXPECT_EQ(value(a + "set :lower \"x\" \"${a}\";"), "jumbled letters");
    EXPECT_EQ(value(a + "set :upperfirst \"x\" \"${a}\";"), "JuMBlEd lETteRS");
    EXPECT_EQ(value(a + "set :upperfirst :lower \"x\" \"${a}\";"), "Jumbled letters");
    EXPECT_EQ(value("set :quotewildcard \"x\" \"Rock*\";"), "Rock\\*");
    EXPECT_EQ(value("set :length \"x\" \"\xc3\xbc\xc3\xbc\";"), "2");
    EXPECT_EQ(value("set :upper \"x\" \"a\xc3\xbc\";"), "A\xc3\xbc");
    EXPECT_EQ(check("require \"variables\"; set :lower :upper \"x\" \"a\";"),
              "line 1, column 33: :upper contradicts another modifier\n");
    EXPECT_EQ(check("require \"variables\"; set \"1\" \"a\";"),
              "line 1, column 26: \"1\" is no variable that can be set\n");
    EXPECT_EQ(check("require \"variables\"; set \"a b\" \"a\";"),
              "line 1, column 26: \"a b\" is no variable that can be set\n");
    EXPECT_EQ(check("require \"variables\"; set \"a.b\" \"a\";").substr(0, 17), "line 1, column 26");
}

TEST_F(Variables, Expansion) {
    EXPECT_EQ(value("set \"x\" \"&%${}!\";"), "&%${}!");
    EXPECT_EQ(value("set \"x\" \"${doh!}\";"), "${doh!}");
    EXPECT_EQ(value("set \"x\" \"$${none}$\";"), "$$");
    EXPECT_EQ(value("set \"d\" \"$\"; set \"x\" \"regarding ${d}{beep}\";"), "regarding ${beep}");
    EXPECT_EQ(value("set \"x\" \"\\${hm}\";"), "");
    EXPECT_EQ(value("set \"x\" \"\\\\${hm}\";"), "\\");
    EXPECT_EQ(run("require [\"encoded-character\", \"variables\", \"fileinto\"]; set \"name\" \"Ethelbert\"; "
                  "fileinto \"dear${hex:20 24 "
                  "7b 4e}ame}\";"),
              "fileinto mailbox=\"dear Ethelbert\"");
    const std::string big(5000, 'a');
    EXPECT_EQ(value("set \"y\" \"" + big + "\"; set :length \"x\" \"${y}\";"), "4096");
}

TEST_F(Variables, Matches) {
    const auto filed = [&](const std::string& test, const std::string& mail) {
        return run(
            "require [\"fileinto\", \"variables\"]; if " + test + " { fileinto \"${0}|${1}|${2}|${3}\"; }",
            mail);
    };
    EXPECT_EQ(filed("header :matches \"List-ID\" \"*<*@*\"", "List-Id: A <b@c>\r\n\r\n"),
              "fileinto mailbox=\"A <b@c>|A |b|c>\"");
    EXPECT_EQ(
        filed("header :matches \"Subject\" \"[*] *\"",
              "Subject: [acme-users] [fwd] version 1.0 is out\r\n\r\n"),
        "fileinto mailbox=\"[acme-users] [fwd] version 1.0 is out|acme-users|[fwd] version 1.0 is out|\"");
    EXPECT_EQ(filed("address :matches [\"To\", \"Cc\"] [\"coyote@**.com\", \"wile@**.com\"]",
                    "To: coyote@ACME.Example.COM\r\n\r\n"),
              "fileinto mailbox=\"coyote@ACME.Example.COM||ACME.Example|\"");
    EXPECT_EQ(filed("anyof (true, header :matches \"Subject\" \"*\")", "Subject: x\r\n\r\n"),
              "fileinto mailbox=\"|||\"");
    EXPECT_EQ(filed("header :matches \"Subject\" \"?b*d?\"", "Subject: abcddde\r\n\r\n"),
              "fileinto mailbox=\"abcddde|a|cdd|e\"");
    EXPECT_TRUE(check("require \"variables\"; redirect \"${99}@b.c\";").find("match variables") !=
                std::string::npos);
}

TEST_F(Variables, StringTest) {
    EXPECT_TRUE(holds("variables", "string :matches \" a pending b \" \"* pending *\""));
    EXPECT_FALSE(holds("variables", "string \" a\" \"a\""));
    EXPECT_TRUE(holds("variables relational", "string :count \"eq\" [\"a\", \"\", \"b\"] \"2\""));
}

TEST_F(Variables, ManyAreRefused) {
    std::string script = "require \"variables\";";
    for (int i = 0; i < 300; ++i) script += "set \"v" + std::to_string(i) + "\" \"x\";";
    EXPECT_NE(run(script).find("failed"), std::string::npos);
    EXPECT_NE(run(script).find("too many variables"), std::string::npos);
}

using Flags = SieveFixture;

TEST_F(Flags, Actions) {
    const std::string start = "require [\"imap4flags\", \"fileinto\", \"variables\"]; ";
    EXPECT_EQ(run(start + "setflag \"\\\\Deleted\";"), "keep flags=\"\\Deleted\" (implicit)");
    EXPECT_EQ(run(start + "addflag \"flagvar\" [\"\\\\Deleted\", \"a a  A\"]; keep :flags \"${flagvar}\";"),
              "keep flags=\"\\Deleted\",\"a\"");
    EXPECT_EQ(run(start + "setflag \"a b\"; removeflag \"B\"; addflag \"c\"; fileinto \"x\";"),
              "fileinto mailbox=\"x\" flags=\"a\",\"c\"");
    EXPECT_EQ(run(start + "addflag \"\\\\Recent \\\\Frob a(b \\\\Seen\"; keep;"), "keep flags=\"\\Seen\"");
    EXPECT_EQ(run(start + "setflag \"a\"; keep :flags \"\"; "), "keep flags=");
    // The last list wins (section 3).
    EXPECT_EQ(run(start + "keep :flags \"a\"; keep :flags \"b\";"), "keep flags=\"b\"");
    EXPECT_NE(check("require \"imap4flags\"; addflag \"v\" \"a\";"), "");
}

TEST_F(Flags, HasFlag) {
    const auto flag = [&](const std::string& set, const std::string& test) {
        return run("require [\"imap4flags\", \"variables\", \"relational\", "
                   "\"comparator-i;ascii-numeric\"]; " +
                   set + " if hasflag " + test + " { discard; }") == "discard";
    };
    EXPECT_TRUE(flag("setflag \"A B\";", ":is \"b A\""));
    EXPECT_TRUE(flag("setflag \"A B\";", "[\"b\", \"A\"]"));
    EXPECT_FALSE(flag("setflag \"A B\";", "\"c\""));
    const std::string my =
        "set \"MyVar\" \"NonJunk Junk gnus-forward $Forwarded NotJunk JunkRecorded $Junk $NotJunk\";";
    EXPECT_TRUE(flag(my, ":contains \"MyVar\" \"forward\""));
    EXPECT_TRUE(flag(my, ":contains \"MyVar\" [\"label\", \"forward\"]"));
    EXPECT_TRUE(flag(my, ":contains \"MyVar\" \"forward junk\""));
    EXPECT_FALSE(flag(my, ":contains \"MyVar\" [\"label1\", \"label2\"]"));
    EXPECT_TRUE(
        flag("set \"MyFlags\" \"A B\";", ":count \"ge\" :comparator \"i;ascii-numeric\" \"MyFlags\" \"2\""));
}

using Include = SieveFixture;

TEST_F(Include, ScriptsInScripts) {
    scripts["sub"] = "require [\"fileinto\"]; if header \"x-number\" \"42\" { fileinto \"sub\"; }";
    EXPECT_EQ(run("require \"include\"; include \"sub\"; keep;"), "fileinto mailbox=\"sub\"\nkeep");
    scripts["stops"] = "stop;";
    EXPECT_EQ(run("require \"include\"; include \"stops\"; discard;"), "keep (implicit)");
    scripts["returns"] = "require \"include\"; return; discard;";
    EXPECT_EQ(run("require \"include\"; include \"returns\"; keep;"), "keep");
    EXPECT_EQ(run("require \"include\"; return; discard;"), "keep (implicit)");
    EXPECT_NE(run("require \"include\"; include \"none\";").find("cannot be included"), std::string::npos);
    EXPECT_EQ(run("require \"include\"; include :optional \"none\"; discard;"), "discard");
}

/// The site's scripts.
class IncludeGlobal : public SieveFixture {
protected:
    IncludeGlobal() { configure("sieve", "global: " + folder_.string()); }
    ~IncludeGlobal() override { std::filesystem::remove_all(folder_); }

    void write(const std::string& name, const std::string& text) {
        std::ofstream(folder_ / name, std::ios::binary) << text;
    }

    const std::filesystem::path folder_ = [] {
        std::string name = std::filesystem::temp_directory_path() / "sieve-XXXXXX";
        if (mkdtemp(name.data()) == nullptr) throw std::runtime_error(name);
        return name;
    }();
};

TEST_F(IncludeGlobal, AreFilesOfAFolder) {
    write("sub.sieve", "discard;");
    write("empty.sieve", "");
    write("sub.txt", "keep;");
    write("both.sieve", "require \"include\"; include :personal \"sub\"; include :global \"sub\";");
    scripts["sub"] = "require \"fileinto\"; fileinto \"a\";";
    EXPECT_EQ(run("require \"include\"; include :global \"sub\";"), "discard");
    EXPECT_EQ(run("require \"include\"; include :global \"empty\";"), kept);
    EXPECT_EQ(run("require \"include\"; include :global \"both\";"), "fileinto mailbox=\"a\"\ndiscard");
    EXPECT_EQ(run("require \"include\"; include \"sub\";"), "fileinto mailbox=\"a\"");
    EXPECT_NE(run("require \"include\"; include :global \"none\";").find("cannot be included"),
              std::string::npos);
}

TEST_F(IncludeGlobal, AreCheckedBeforeTheServerStarts) {
    write("bad.sieve", "keep;\nfileinto 3;");
    load_only({"sieve-include"});
    const std::string fault = LoadedPlugins().load(registry_, {"sieve", "sieve-include"},
                                                   {{"sieve", "global: " + folder_.string()}});
    EXPECT_NE(fault.find("the global script \"bad\", line 2"), std::string::npos) << fault;
}

TEST_F(IncludeGlobal, MustBeThere) {
    const std::string fault = LoadedPlugins().load(registry_, {"sieve"}, {{"sieve", "global: /nonexistent"}});
    EXPECT_NE(fault, "");
}

TEST_F(Include, Cycles) {
    scripts["a"] = "require \"include\"; include \"b\";";
    scripts["b"] = "require \"include\"; include \"a\";";
    EXPECT_EQ(check("require \"include\"; include \"a\";"), "");
    EXPECT_NE(run("require \"include\"; include \"a\";").find("includes itself"), std::string::npos);
    scripts["b"] = "require \"include\"; include :once \"a\"; discard;";
    EXPECT_EQ(run("require \"include\"; include \"a\";"), "discard");
}

TEST_F(Include, Once) {
    scripts["a"] = "require [\"imap4flags\"]; addflag \"a\";";
    EXPECT_EQ(run("require [\"include\", \"imap4flags\"]; include :once \"a\"; removeflag \"a\"; include "
                  ":once \"a\";"),
              "keep (implicit)");
    EXPECT_EQ(run("require [\"include\", \"imap4flags\"]; include \"a\"; removeflag \"a\"; include \"a\";"),
              "keep flags=\"a\" (implicit)");
}

TEST_F(Include, RequirementsAreEachScriptsOwn) {
    scripts["bad"] = "fileinto \"x\";";
    EXPECT_EQ(check("require [\"include\", \"fileinto\"]; include \"bad\";"),
              "line 1, column 42: in \"bad\", line 1, column 1: \"fileinto\" needs require \"fileinto\"\n");
}

TEST_F(Include, Globals) {
    scripts["subject_tests"] =
        "require [\"include\", \"variables\"]; global [\"test\", \"test_mailbox\"]; if header :contains "
        "\"Subject\" \"${test}\" "
        "{ set \"test_mailbox\" \"spam-${test}\"; }";
    const std::string script =
        "require [\"fileinto\", \"include\", \"variables\", \"relational\"]; global \"test\"; global "
        "\"test_mailbox\";"
        "set \"test\" \"$$\"; include \"subject_tests\"; set \"test\" \"Make money\"; include "
        "\"subject_tests\";"
        "if string :count \"eq\" \"${test_mailbox}\" \"1\" { fileinto \"${test_mailbox}\"; stop; }";
    EXPECT_EQ(run(script), "keep (implicit)");
    EXPECT_EQ(run(script, "Subject: $$ now\r\n\r\n"), "fileinto mailbox=\"spam-$$\"");
    scripts["private"] = "require \"variables\"; set \"a\" \"inner\";";
    EXPECT_EQ(run("require [\"include\", \"variables\", \"fileinto\"]; set \"a\" \"outer\"; include "
                  "\"private\"; fileinto \"${a}\";"),
              "fileinto mailbox=\"outer\"");
    EXPECT_EQ(run("require [\"include\", \"variables\", \"fileinto\"]; global \"i\"; set \"global.i\" \"1\"; "
                  "fileinto \"${i}\";"),
              "fileinto mailbox=\"1\"");
    EXPECT_NE(check("require [\"variables\"]; set \"global.i\" \"1\";"), "");
    EXPECT_NE(check("require [\"include\"]; global \"i\";"), "");
}

}  // namespace
}  // namespace postern::sieve::test
