// The library over real mail, and over thousands of fixed mutations of it.
#include "tests/mime/corpus.hpp"

#include <gtest/gtest.h>

#include "postern/mime/message.hpp"
#include "tests/fuzz/mutator.hpp"
#include "tests/mime/invariants.hpp"

namespace postern::mime::test {
namespace {

std::string shape(const Message& m) {
    std::string out;
    for (const Part& p : m.parts) {
        out += std::to_string(p.depth) + std::string(p.type) + "/" + std::string(p.subtype) + " ";
        for (const Parameter& parameter : m.parameters_of(p)) {
            out += std::string(parameter.name) + "=" + std::string(parameter.value) + ";";
        }
        out += std::to_string(p.body_lines) + "\n";
    }
    return out;
}

TEST(Corpus, RealMailIsThere) {
    std::size_t python = 0;
    std::size_t collected = 0;
    for (const Sample& s : load_corpus()) {
        python += s.path.starts_with(python_data()) && s.path.ends_with(".txt");
        collected += s.path.starts_with(collected_mail());
    }
    EXPECT_GE(python, 40U) << "install libpython3.11-testsuite";
    EXPECT_GE(collected, 500U) << "run tools/collect-mail";
}

TEST(Corpus, InvariantsHoldForEveryMessage) {
    for (const Sample& s : load_corpus()) EXPECT_EQ(violated_invariant(s.raw), "") << s.path;
}

TEST(Corpus, LineEndsDoNotMatter) {
    for (const Sample& s : load_corpus()) {
        const std::string crlf = with_crlf(s.raw);
        EXPECT_EQ(violated_invariant(crlf), "") << s.path;
        EXPECT_EQ(shape(parse_message(crlf)), shape(parse_message(s.raw))) << s.path;
    }
}

TEST(Corpus, EveryTruncationIsSound) {
    std::size_t checked = 0;
    for (const Sample& s : load_corpus()) {
        if (s.raw.size() > 6000) continue;
        for (std::size_t n = 0; n < s.raw.size(); n += 1 + s.raw.size() / 64, ++checked) {
            ASSERT_EQ(violated_invariant(s.raw.substr(0, n)), "") << s.path << " cut at " << n;
        }
    }
    EXPECT_GT(checked, 1000U);
}

TEST(Corpus, MutationsAreSound) {
    std::vector<std::string> seeds;
    for (Sample& s : load_corpus()) {
        if (s.raw.size() < 32768) seeds.push_back(std::move(s.raw));
    }
    const std::vector<std::string> words = {"\r\n",
                                            "\n",
                                            "--",
                                            "\n\n",
                                            "Content-Type: ",
                                            "multipart/mixed; boundary=",
                                            "message/rfc822",
                                            "=?utf-8?q?",
                                            "?=",
                                            "\"",
                                            "(",
                                            "<",
                                            ">",
                                            "@",
                                            ";",
                                            "*0*=",
                                            "''%E4",
                                            "base64",
                                            "\0"};
    fuzz::Mutator mutator(seeds, words);
    for (int i = 0; i < 5000; ++i) {
        const std::string input = mutator.next();
        ASSERT_EQ(violated_invariant(input), "") << "mutation " << i << ":\n"
                                                 << testing::PrintToString(input);
    }
}

}  // namespace
}  // namespace postern::mime::test
