// All extensions of the profile "everything" together, and what docs/imap.md says of them.
#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "tests/imap/support/fixture.hpp"
#include "tests/imap/support/profile.hpp"

namespace postern::imap::test {
namespace {

using Tokens = std::set<std::string>;

/// A row of the table of docs/imap.md.
struct Row {
    std::string name;                    ///< "AUTH=", "QUOTA=RES-*", "SORT"
    std::string answer;                  ///< "yes", "implied", "with Sieve", "no"
    std::vector<std::string> libraries;  ///< without remarks in brackets

    bool uses(std::string_view library) const { return std::ranges::count(libraries, library) > 0; }
    /// The name stands for every token that begins like it.
    bool is_open() const { return name.ends_with('=') || name.ends_with('*'); }
    bool is(const std::string& token) const {
        if (name.ends_with('*')) return token.starts_with(name.substr(0, name.size() - 1));
        if (name.ends_with('=')) return token.starts_with(name) && token != name;
        // A limit may follow the name: APPENDLIMIT=67108864.
        return token == name || (token.starts_with(name + "=") &&
                                 token.find_first_not_of("0123456789", name.size() + 1) == std::string::npos);
    }
};

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);) {
        const auto begin = part.find_first_not_of(' ');
        parts.push_back(
            begin == std::string::npos ? "" : part.substr(begin, part.find_last_not_of(' ') - begin + 1));
    }
    return parts;
}

std::vector<Row> documented() {
    std::vector<Row> rows;
    std::istringstream lines(read_source("docs/imap.md"));
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("| ") || line.starts_with("| capability ")) continue;
        const std::vector<std::string> cells = split(line, '|');
        EXPECT_EQ(cells.size(), 5U) << line;
        Row row{cells.at(1), cells.at(3), split(cells.at(4).substr(0, cells.at(4).find(" (")), ',')};
        rows.push_back(std::move(row));
    }
    return rows;
}

/// The row that speaks of a token: one of exactly that name before one that leaves its end open.
const Row* row_of(const std::vector<Row>& rows, const std::string& token) {
    for (const bool open : {false, true}) {
        for (const Row& row : rows) {
            if (row.is_open() == open && row.is(token)) return &row;
        }
    }
    return nullptr;
}

class Profile : public ImapFixture {
protected:
    static void add_capabilities(Client& client, Tokens& all) {
        std::istringstream tokens(client.command("CAPABILITY").lines().at(0).substr(13));
        for (std::string token; tokens >> token;) all.insert(token);
    }
    /// What a server tells a stranger in the open, a stranger where nobody listens, and a user.
    Tokens announced() {
        Tokens all;
        Client& open = connect();
        open.take();
        open.pipe().private_line = false;
        open.pipe().starttls = true;
        add_capabilities(open, all);
        Client& client = connect();
        client.take();
        add_capabilities(client, all);
        EXPECT_TRUE(client.command("LOGIN anna secret").ok());
        add_capabilities(client, all);
        return all;
    }
};

TEST_F(Profile, EverythingHasEveryLibrary) {
    Tokens built;
    const auto plugins = std::filesystem::path(POSTERN_TEST_DATA).parent_path() / "plugins";
    for (const auto& folder : std::filesystem::directory_iterator(plugins)) {
        const std::string name = folder.path().filename();
        if (name.starts_with("imap-")) built.insert(name);
    }
    Tokens listed;
    for (const std::string& library : libraries_of("everything")) {
        EXPECT_TRUE(listed.insert(library).second) << library << " is listed twice";
    }
    for (const std::string& library : built) EXPECT_TRUE(listed.contains(library)) << library;
}

TEST_F(Profile, TheTableHasAllRegisteredCapabilities) {
    const std::vector<Row> rows = documented();
    EXPECT_EQ(rows.size(), 76U);
    EXPECT_TRUE(std::ranges::is_sorted(rows, {}, &Row::name));
    // "with Sieve": not of the profile, because it needs the plugins of Sieve.
    const Tokens answers{"yes", "implied", "with Sieve", "no"};
    Tokens libraries{"imap", "imapsieve"};
    for (const std::string& library : libraries_of("everything")) libraries.insert(library);
    std::size_t there = 0;
    for (const Row& row : rows) {
        EXPECT_TRUE(answers.contains(row.answer)) << row.name;
        EXPECT_EQ(row.answer == "no", row.libraries.empty() || row.libraries.front().empty()) << row.name;
        if (row.answer == "no") continue;
        ++there;
        for (const std::string& library : row.libraries)
            EXPECT_TRUE(libraries.contains(library)) << row.name << ": " << library;
    }
    EXPECT_NE(read_source("docs/imap.md").find(": " + std::to_string(there) + " are there."),
              std::string::npos)
        << there;
}

/// The two that may not be announced at once: each of them is left out once.
class Announced : public Profile, public ::testing::WithParamInterface<const char*> {};

TEST_P(Announced, WhatTheTableSaysAndNothingElse) {
    const std::string left_out = GetParam();
    for (const std::string& library : libraries_of("everything")) {
        if (library != left_out) load(library);
    }
    const std::vector<Row> rows = documented();
    std::set<const Row*> told;
    for (const std::string& token : announced()) {
        const Row* row = row_of(rows, token);
        EXPECT_TRUE(row != nullptr && row->answer == "yes")
            << token << " is announced, docs/imap.md does not say so";
        told.insert(row);
    }
    for (const Row& row : rows) {
        if (row.answer != "yes" || row.uses(left_out)) continue;
        EXPECT_TRUE(told.contains(&row)) << row.name << " is not announced, docs/imap.md says it is";
    }
}

INSTANTIATE_TEST_SUITE_P(Literals, Announced, ::testing::Values("imap-literal-plus", "imap-literal-minus"));

TEST_F(Profile, EverythingTogetherIsStillAMailServer) {
    for (const std::string& library : libraries_of("everything")) load(library);
    deliver("INBOX", 4);
    Client& client = open();
    EXPECT_EQ(client.command("FETCH 2 UID").text(), "* 2 FETCH (UID 2)\n");
    EXPECT_EQ(client.command("SEARCH SUBJECT \"Letter 3\"").text(), "* SEARCH 3\n");
    EXPECT_TRUE(client.command("APPEND INBOX {14}\r\nSubject: a\r\n\r\n").ok());
    EXPECT_TRUE(client.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(client.command("EXPUNGE").lines("EXPUNGE"), std::vector<std::string>{"* 1 EXPUNGE"});
    EXPECT_TRUE(client.command("COPY 1:* Archive").ok());
    EXPECT_EQ(client.command("STATUS Archive (MESSAGES)").text(), "* STATUS Archive (MESSAGES 4)\n");
    EXPECT_EQ(client.view.messages.size(), 4U);
    EXPECT_TRUE(client.command("LOGOUT").ok());
}

/// What a client sends that one library alone makes sense of. A user's, with a message in INBOX, which is selected.
struct Probe {
    const char* library;
    const char* command;  ///< null: it brings no syntax
    const char* before = nullptr;
};

const std::vector<Probe> probes{
    {"imap-acl", "MYRIGHTS INBOX"},
    {"imap-appendlimit", "STATUS INBOX (APPENDLIMIT)"},
    {"imap-binary", "FETCH 1 (BINARY.SIZE[1])"},
    {"imap-catenate", "APPEND INBOX CATENATE (URL \"/INBOX/;UID=1\")"},
    {"imap-children", nullptr},
    {"imap-compress", "COMPRESS DEFLATE"},
    {"imap-condstore", "FETCH 1 (MODSEQ)"},
    {"imap-context", "SEARCH RETURN (CONTEXT) ALL"},
    {"imap-enable", "ENABLE CONDSTORE"},
    {"imap-esearch", "SEARCH RETURN (COUNT) ALL"},
    {"imap-filters", "SEARCH FILTER flagged"},
    {"imap-i18nlevel", nullptr},
    {"imap-id", "ID NIL"},
    {"imap-idle", "IDLE"},
    {"imap-inprogress", nullptr},
    {"imap-list-extended", "LIST (SUBSCRIBED) \"\" *"},
    {"imap-list-metadata", "LIST \"\" * RETURN (METADATA (/private/comment))"},
    {"imap-list-myrights", "LIST \"\" * RETURN (MYRIGHTS)"},
    {"imap-list-status", "LIST \"\" * RETURN (STATUS (MESSAGES))"},
    {"imap-literal-minus", nullptr},
    {"imap-literal-plus", nullptr},
    {"imap-messagelimit", "SEARCH UIDAFTER 1"},
    {"imap-metadata", "GETMETADATA \"\" /private/comment"},
    {"imap-move", "MOVE 1 Trash"},
    {"imap-multiappend", "APPEND INBOX {14}\r\nSubject: a\r\n\r\n {14}\r\nSubject: b\r\n\r\n"},
    {"imap-multisearch", "ESEARCH IN (mailboxes INBOX) ALL"},
    {"imap-namespace", "NAMESPACE"},
    {"imap-notify", "NOTIFY NONE"},
    {"imap-objectid", "FETCH 1 (EMAILID)"},
    {"imap-partial", "UID SEARCH RETURN (PARTIAL 1:10) ALL"},
    {"imap-preview", "FETCH 1 (PREVIEW)"},
    {"imap-qresync", "SELECT INBOX (QRESYNC (1 1))", "ENABLE QRESYNC"},
    {"imap-quota", "GETQUOTAROOT INBOX"},
    {"imap-replace", "REPLACE 1 INBOX {14}\r\nSubject: a\r\n\r\n"},
    {"imap-rev2", nullptr},
    {"imap-sasl-ir", nullptr},
    {"imap-savedate", "FETCH 1 (SAVEDATE)"},
    {"imap-search-fuzzy", "SEARCH FUZZY SUBJECT letter"},
    {"imap-searchres", "SEARCH RETURN (SAVE) ALL"},
    {"imap-sort", "SORT (DATE) UTF-8 ALL"},
    {"imap-sort-display", "SORT (DISPLAYFROM) UTF-8 ALL"},
    {"imap-special-use", "LIST (SPECIAL-USE) \"\" *"},
    {"imap-status-size", "STATUS INBOX (SIZE)"},
    {"imap-thread", "THREAD REFERENCES UTF-8 ALL"},
    {"imap-uidbatches", "UIDBATCHES 500"},
    {"imap-uidonly", nullptr},
    {"imap-uidplus", "UID EXPUNGE 1"},
    {"imap-unauthenticate", "UNAUTHENTICATE"},
    {"imap-unselect", "UNSELECT"},
    {"imap-urlauth", "RESETKEY"},
    {"imap-utf8-accept", nullptr},
    {"imap-within", "SEARCH YOUNGER 10"},
    {"quota", nullptr},
};

class OneLibraryLess : public Profile, public ::testing::WithParamInterface<Probe> {
protected:
    /// All but this one and what requires it, which an operator would have to leave out with it.
    static Tokens libraries_without(const std::string& left_out) {
        LoadedPlugins all;
        for (const std::string& library : libraries_of("everything"))
            all.descriptions.push_back(describe(library));
        Tokens gone{left_out};
        for (std::string& name : all.dependents(left_out)) gone.insert(std::move(name));
        Tokens rest;
        for (const std::string& library : libraries_of("everything")) {
            if (!gone.contains(library)) rest.insert(library);
        }
        return rest;
    }
    Reply answer() {
        deliver("INBOX", 1);
        Client& client = open();
        if (GetParam().before != nullptr) client.command(GetParam().before);
        return client.command(GetParam().command);
    }
};

TEST_P(OneLibraryLess, IsAServerThatAnnouncesLess) {
    const Tokens rest = libraries_without(GetParam().library);
    for (const std::string& library : libraries_of("everything")) {
        if (rest.contains(library)) load(library);
    }
    const std::vector<Row> rows = documented();
    const Tokens told = announced();
    for (const Row& row : rows) {
        if (row.answer != "yes") continue;
        const bool there = std::ranges::any_of(told, [&](const auto& token) { return row.is(token); });
        const bool needed = std::ranges::any_of(row.libraries, [&](const std::string& library) {
            return library != "imap" && !rest.contains(library);
        });
        // With LITERAL+ there is no LITERAL-; URL-PARTIAL is announced by either of its libraries.
        if (row.name == "LITERAL-" || row.name == "URL-PARTIAL") continue;
        EXPECT_EQ(there, !needed) << row.name;
    }
    if (GetParam().command == nullptr) return;
    EXPECT_TRUE(answer().bad()) << GetParam().command;
}

class Brings : public OneLibraryLess {};

TEST_P(Brings, WhatIsAnsweredWithIt) {
    for (const std::string& library : libraries_of("everything")) load(library);
    EXPECT_FALSE(answer().bad()) << GetParam().command;
}

TEST(OneLibraryLessTable, HasEveryLibrary) {
    Tokens named;
    for (const Probe& probe : probes) named.insert(probe.library);
    const std::vector<std::string> all = libraries_of("everything");
    EXPECT_EQ(named, Tokens(all.begin(), all.end()));
}

std::string name_of(const ::testing::TestParamInfo<Probe>& info) {
    std::string name = info.param.library;
    std::ranges::replace(name, '-', '_');
    return name;
}

std::vector<Probe> probes_with_syntax() {
    std::vector<Probe> some = probes;
    std::erase_if(some, [](const Probe& probe) { return probe.command == nullptr; });
    return some;
}

INSTANTIATE_TEST_SUITE_P(All, OneLibraryLess, ::testing::ValuesIn(probes), name_of);
INSTANTIATE_TEST_SUITE_P(All, Brings, ::testing::ValuesIn(probes_with_syntax()), name_of);

}  // namespace
}  // namespace postern::imap::test
