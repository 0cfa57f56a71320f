// spamtest, spamtestplus, virustest (RFC 5235): results that a scanner before us wrote into header fields
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

/// What the settings say.
struct Scanner {
    std::string score_field = "X-Spam-Score";  ///< a number at its beginning, or after "score="
    double threshold = 5;                      ///< the score of what is certainly spam
    std::string virus_field = "X-Virus-Status";
};
/// Set before the server starts.
Scanner scanner;

/// From 0 to 1; nothing if the message was not scanned.
std::optional<double> spam_share(Machine& machine) {
    std::string text = header_text(machine, scanner.score_field);
    const auto marker = to_lower(text).find("score=");
    if (marker != std::string::npos) text.erase(0, marker + 6);
    char* end = nullptr;
    const double score = std::strtod(text.c_str(), &end);
    if (end == text.c_str() || !std::isfinite(score)) return std::nullopt;
    return std::clamp(score / scanner.threshold, 0.0, 1.0);
}

/// RFC 5235 section 3.3
std::string virus_result(Machine& machine) {
    const std::string text = to_lower(header_text(machine, scanner.virus_field));
    if (text.empty()) return "0";
    for (const char* word : {"clean", "no"}) {
        if (text.starts_with(word)) return "1";
    }
    for (const char* word : {"replaced", "removed"}) {
        if (text.starts_with(word)) return "2";
    }
    if (text.starts_with("cured")) return "3";
    return text.starts_with("infected") || text.starts_with("yes") ? "5" : "4";
}

struct ScanTest {
    Matching matching;
    bool percent = false;
    bool virus = false;

    bool evaluate(Machine& machine) const {
        std::string value = virus ? virus_result(machine) : "0";
        bool tested = virus && value != "0";
        if (!virus) {
            const auto share = spam_share(machine);
            tested = share.has_value();
            if (share) value = std::to_string(std::lround(percent ? *share * 100 : 1 + *share * 9));
        }
        return matching.test(machine, std::span(&value, matching.counts() && !tested ? 0 : 1));
    }
};

TestPtr compile_scan(Compiler& compiler, const Node& node) {
    Arguments in(compiler, node);
    ScanTest test{Matching(compiler), false, node.name == "virustest"};
    while (const Argument* tag = in.next_tag()) {
        if (tag->tag == ":percent" && !test.virus && compiler.has("spamtestplus")) {
            test.percent = true;
        } else if (!test.matching.take(in, *tag)) {
            in.unexpected(*tag);
        }
    }
    test.matching.read_keys(in);
    in.end();
    return make_test([test = std::move(test)](Machine& machine) { return test.evaluate(machine); });
}

class SpamTest final : public ExtensionPlugin {
public:
    explicit SpamTest(Host& host) : ExtensionPlugin(host) {
        capability("spamtest");
        capability("spamtestplus", {"spamtest"});
        capability("virustest");
        test("spamtest", "spamtest", compile_scan);
        test("virustest", "virustest", compile_scan);
    }
    void configure(const ConfigNode& config, Diagnostics& problems) override {
        config.check_keys({"score", "threshold", "virus"}, problems);
        scanner = {};
        scanner.score_field = config.get_string("score", scanner.score_field, problems);
        scanner.threshold = static_cast<double>(config.get_int("threshold", 5, 1, 1000, problems));
        scanner.virus_field = config.get_string("virus", scanner.virus_field, problems);
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::SpamTest,
               {.id = "sieve-spamtest",
                .summary = "Sieve: spamtest, spamtestplus, virustest (RFC 5235)",
                .dependencies = postern::sieve::needs_engine,
                .config_schema = "score: text  header field with the score (X-Spam-Score)\n"
                                 "threshold: number  score of what is certainly spam (5)\n"
                                 "virus: text  header field with the verdict (X-Virus-Status)\n"});
