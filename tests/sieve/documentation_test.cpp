// All extensions together, and what docs/sieve.md and the profile say of them.
#include <algorithm>
#include <sstream>

#include "tests/sieve/support/sieve_fixture.hpp"

namespace postern::sieve::test {
namespace {

using Documentation = SieveFixture;

struct Row {
    std::string name;
    bool there = false;
    std::vector<std::string> libraries;
};

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);) {
        const auto begin = part.find_first_not_of(' ');
        if (begin == std::string::npos) continue;
        parts.push_back(part.substr(begin, part.find_last_not_of(' ') - begin + 1));
    }
    return parts;
}

std::vector<Row> documented() {
    const std::string text = read_source("docs/sieve.md");
    std::istringstream lines(text.substr(text.find("| extension | RFC |")));
    std::vector<Row> rows;
    for (std::string line; std::getline(lines, line) && line.starts_with("|");) {
        const auto cells = split(line, '|');
        if (line.starts_with("| extension") || line.starts_with("|---")) continue;
        EXPECT_TRUE(cells.size() == 3 || cells.size() == 4) << line;
        Row row;
        row.name = cells.at(0);
        row.there = cells.at(2) == "yes";
        EXPECT_TRUE(row.there || cells.at(2) == "no") << line;
        if (cells.size() == 4) row.libraries = split(cells[3], ',');
        EXPECT_EQ(row.there, !row.libraries.empty()) << line;
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<std::string> profile() {
    std::vector<std::string> out;
    std::istringstream lines(read_source("config/profiles/sieve.yaml"));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("- ")) out.push_back(line.substr(2));
    }
    std::ranges::sort(out);
    return out;
}

TEST_F(Documentation, TheTableIsWhatIsAnnounced) {
    const std::vector<Row> rows = documented();
    EXPECT_TRUE(std::ranges::is_sorted(rows, {}, &Row::name));
    std::vector<std::string> there;
    for (const Row& row : rows) {
        if (row.there) there.push_back(row.name);
    }
    EXPECT_EQ(there, engine().registry().capability_names());
}

TEST_F(Documentation, TheTableNamesEveryLibrary) {
    std::vector<std::string> named;
    for (const Row& row : documented()) {
        for (const std::string& library : row.libraries) {
            if (library != "sieve") named.push_back(library);
        }
    }
    std::ranges::sort(named);
    const auto twice = std::ranges::unique(named);
    named.erase(twice.begin(), twice.end());
    EXPECT_EQ(named, built_extensions());
}

TEST_F(Documentation, TheProfileHasEveryLibrary) {
    EXPECT_EQ(profile(), built_extensions());
}

/// Each extension works beside the base alone: it loads, and its capabilities can be required.
TEST_F(Documentation, EachExtensionLoadsAlone) {
    for (const Row& row : documented()) {
        if (!row.there || row.libraries.front() == "sieve") continue;
        class Alone final : public SieveFixture {
        public:
            using SieveFixture::check;
            using SieveFixture::load_only;
            void TestBody() override {}
        } alone;
        alone.load_only({row.libraries.front()});
        EXPECT_EQ(alone.check("require \"" + row.name + "\"; keep;"), "") << row.name;
    }
}

}  // namespace
}  // namespace postern::sieve::test
