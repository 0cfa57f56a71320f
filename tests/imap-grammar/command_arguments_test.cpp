#include <gtest/gtest.h>

#include "command_text.hpp"
#include "postern/imap/arguments.hpp"
#include "postern/imap/fetch.hpp"

namespace postern::imap {
namespace {

std::string shown(const std::vector<Parameter>& all) {
    std::string out;
    for (const Parameter& p : all) out += " " + p.name + (p.has_value ? "=" + p.value.to_string() : "");
    return out;
}

std::string shown(const FetchItem& i) {
    std::string out = i.name;
    if (i.section) out += "[" + i.section->to_string() + "]";
    if (i.partial)
        out += "<" + std::to_string(i.partial->offset) + "." + std::to_string(i.partial->count) + ">";
    if (i.arguments) out += i.arguments->to_string();
    return out;
}

std::string fetched(std::string_view text, const TakesArguments& takes = {}) {
    const CommandText source(text);
    ArgumentCursor in(source.command());
    const auto f = parse_fetch(in, takes);
    if (!f) return f.error().text;
    std::string out = f->set.to_string() + ":";
    for (const FetchItem& i : f->items) out += " " + shown(i);
    if (!f->modifiers.empty()) out += " |" + shown(f->modifiers);
    return out;
}

TEST(FetchArguments, Macros) {
    EXPECT_EQ(fetched("1 fast"), "1: FLAGS INTERNALDATE RFC822.SIZE");
    EXPECT_EQ(fetched("1 ALL"), "1: FLAGS INTERNALDATE RFC822.SIZE ENVELOPE");
    EXPECT_EQ(fetched("1 FULL"), "1: FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY");
    EXPECT_EQ(fetched("1 (FULL)"), "1: FULL");
}

TEST(FetchArguments, Items) {
    EXPECT_EQ(fetched("1:* flags"), "1:*: FLAGS");
    EXPECT_EQ(fetched("1 (FLAGS UID RFC822.SIZE)"), "1: FLAGS UID RFC822.SIZE");
    EXPECT_EQ(fetched("1 BODY[]"), "1: BODY[]");
    EXPECT_EQ(fetched("1 body.peek[1.2.mime]<0.2048>"), "1: BODY.PEEK[1.2.MIME]<0.2048>");
    EXPECT_EQ(fetched("1 BODY[HEADER.FIELDS (From \"x y\" {2}\r\nTo)]"),
              "1: BODY[HEADER.FIELDS (From \"x y\" To)]");
    EXPECT_EQ(fetched("1 (BODY[1.HEADER.FIELDS.NOT (A)] BODY[TEXT] BODY[HEADER] BODY[4.2])"),
              "1: BODY[1.HEADER.FIELDS.NOT (A)] BODY[TEXT] BODY[HEADER] BODY[4.2]");
    EXPECT_EQ(fetched("1 X.SIZE[1]"), "1: X.SIZE[1]");
}

TEST(FetchArguments, ExtensionArgumentsAndModifiers) {
    EXPECT_EQ(fetched("1 (FLAGS SNIP (LAZY) UID)"), "1: FLAGS SNIP(LAZY) UID");
    EXPECT_EQ(fetched("1 FLAGS (CHANGED 5)"), "1: FLAGS | CHANGED=5");
    EXPECT_EQ(fetched("1 (FLAGS) (CHANGED 5 GONE)"), "1: FLAGS | CHANGED=5 GONE");
    const TakesArguments takes = [](std::string_view name) { return name == "SNIP"; };
    EXPECT_EQ(fetched("1 snip (LAZY) (CHANGED 5)", takes), "1: SNIP(LAZY) | CHANGED=5");
    EXPECT_EQ(fetched("1 snip", takes), "1: SNIP");
}

TEST(FetchArguments, Errors) {
    EXPECT_EQ(fetched("1"), "expected a space at position 2");
    EXPECT_EQ(fetched("x FLAGS"), "expected a message set at position 1");
    EXPECT_EQ(fetched("1 "), "expected a FETCH item at position 3");
    EXPECT_EQ(fetched("1 ()"), "expected a FETCH item at position 4");
    EXPECT_EQ(fetched("1 (FLAGS"), "expected a space or \")\" at position 9");
    EXPECT_EQ(fetched("1 BODY["), "expected a section at position 8");
    EXPECT_EQ(fetched("1 BODY[1."), "expected a section at position 10");
    EXPECT_EQ(fetched("1 BODY[1.]"), "expected a section at position 10");
    EXPECT_EQ(fetched("1 BODY[1"), "expected \"]\" at position 9");
    EXPECT_EQ(fetched("1 BODY[0]"), "expected a number above 0 at position 8");
    EXPECT_EQ(fetched("1 BODY[MIME]"), "expected a section at position 8");
    EXPECT_EQ(fetched("1 BODY[FOO]"), "expected a section at position 8");
    EXPECT_EQ(fetched("1 BODY[HEADER.FIELDS]"), "expected a space at position 21");
    EXPECT_EQ(fetched("1 BODY[HEADER.FIELDS ()]"), "expected a string at position 23");
    EXPECT_EQ(fetched("1 BODY[]<0.0>"), "expected a number above 0 at position 12");
    EXPECT_EQ(fetched("1 BODY[]<0>"), "expected \".\" at position 11");
    EXPECT_EQ(fetched("1 FLAGS x"), "expected \"(\" at position 9");
    EXPECT_EQ(fetched("1 FLAGS (A) B"), "expected the end of the command at position 12");
}

std::string stored(std::string_view text) {
    ArgumentCursor in(text);
    const auto s = parse_store(in);
    if (!s) return s.error().text;
    std::string out = s->set.to_string() + shown(s->modifiers) + " ";
    out += s->mode == StoreMode::add ? "+" : s->mode == StoreMode::remove ? "-" : "=";
    out += s->item + (s->silent ? " silent" : "");
    if (s->item == "FLAGS") {
        out += " " + std::to_string(s->flags.system);
        for (const auto& k : s->flags.keywords) out += " " + k;
    } else {
        out += " at " + std::to_string(s->begin);
    }
    return out;
}

TEST(StoreArguments, All) {
    EXPECT_EQ(stored("1:4 +flags.silent (\\Seen)"), "1:4 +FLAGS silent 8");
    EXPECT_EQ(stored("1 FLAGS \\Deleted a"), "1 =FLAGS 4 a");
    EXPECT_EQ(stored("1 FLAGS ()"), "1 =FLAGS 0");
    EXPECT_EQ(stored("1 (SINCE 5) -FLAGS (a)"), "1 SINCE=5 -FLAGS 0 a");
    EXPECT_EQ(stored("1 +NOTE (x)"), "1 +NOTE at 8");
    EXPECT_EQ(stored("1 +"), "expected a STORE item at position 3");
    EXPECT_EQ(stored("1 FLAGS"), "expected a space at position 8");
    EXPECT_EQ(stored("1 FLAGS "), "expected a flag at position 9");
    EXPECT_EQ(stored("1 FLAGS (a) b"), "expected the end of the command at position 12");
}

TEST(StatusArguments, All) {
    ArgumentCursor in("inbox (messages Unseen)");
    const auto s = parse_status(in);
    ASSERT_TRUE(s);
    EXPECT_EQ(s->mailbox, "INBOX");
    EXPECT_EQ(s->items, (std::vector<std::string>{"MESSAGES", "UNSEEN"}));
    for (const char* text : {"a", "a ()", "a (X", "a (X) ", "a X"}) {
        ArgumentCursor bad(text);
        EXPECT_FALSE(parse_status(bad)) << text;
    }
}

std::string listed(std::string_view text, const LexicalFeatures& features = {}) {
    ArgumentCursor in(text, features);
    const auto l = parse_list(in);
    if (!l) return l.error().text;
    std::string out = l->extended ? "extended" : "plain";
    out += shown(l->selection) + " '" + l->reference + "'";
    for (const auto& p : l->patterns) out += " '" + p + "'";
    if (l->has_return) out += " return" + shown(l->returns);
    return out;
}

TEST(ListArguments, All) {
    EXPECT_EQ(listed("\"\" *"), "plain '' '*'");
    EXPECT_EQ(listed("\"\" \"\""), "plain '' ''");
    EXPECT_EQ(listed("&AOk-/ \"&AOk- %\""), "plain '\xc3\xa9/' '\xc3\xa9 %'");
    EXPECT_EQ(listed("\"\" \"a & b\""), "plain '' 'a & b'");
    EXPECT_EQ(listed("(a B (c)) \"\" (x y%)"), "extended A B=(c) '' 'x' 'y%'");
    EXPECT_EQ(listed("\"\" x return ()"), "extended '' 'x' return");
    EXPECT_EQ(listed("\"\" x RETURN (A STATUS (B C))"), "extended '' 'x' return A STATUS=(B C)");
    EXPECT_EQ(listed("() \"\" x"), "extended '' 'x'");
    LexicalFeatures utf8;
    utf8.utf8_mailbox_names = true;
    EXPECT_EQ(listed("\"\" &AOk-", utf8), "plain '' '&AOk-'");
    EXPECT_EQ(listed("\"\""), "expected a space at position 3");
    EXPECT_EQ(listed("\"\" ()"), "expected a mailbox name or pattern at position 5");
    EXPECT_EQ(listed("\"\" x FOO"), "expected RETURN at position 6");
    EXPECT_EQ(listed("\"\" x RETURN"), "expected a space at position 12");
}

TEST(MailboxArguments, All) {
    ArgumentCursor in("Box (Hint QR (1 2))");
    const auto m = parse_mailbox_arguments(in);
    ASSERT_TRUE(m);
    EXPECT_EQ(m->mailbox, "Box");
    EXPECT_EQ(shown(m->parameters), " HINT QR=(1 2)");
    ArgumentCursor plain("Box");
    EXPECT_TRUE(parse_mailbox_arguments(plain)->parameters.empty());
    ArgumentCursor bad("Box x");
    EXPECT_FALSE(parse_mailbox_arguments(bad));
}

}  // namespace
}  // namespace postern::imap
