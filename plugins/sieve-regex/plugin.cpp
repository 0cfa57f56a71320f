// regex (draft-ietf-sieve-regex): extended regular expressions, by PCRE2 with a limit on its work
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

constexpr std::uint32_t match_limit = 100'000;
constexpr std::uint32_t depth_limit = 1'000;
constexpr std::size_t max_pattern = 4096;

struct FreeCode {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
using Code = std::unique_ptr<pcre2_code, FreeCode>;
struct FreeData {
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeContext {
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

Code compile_pattern(const std::string& pattern, bool caseless, std::string& fault) {
    int error = 0;
    PCRE2_SIZE offset = 0;
    if (pattern.size() > max_pattern) fault = "the regular expression is too long";
    if (!fault.empty()) return nullptr;
    const std::uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
                                  PCRE2_DOLLAR_ENDONLY | (caseless ? PCRE2_CASELESS : 0U);
    Code code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), options, &error,
                            &offset, nullptr));
    if (code) return code;
    std::array<PCRE2_UCHAR, 200> text{};
    pcre2_get_error_message(error, text.data(), text.size());
    fault = "the regular expression is wrong at its character " + std::to_string(offset + 1) + ": " +
            reinterpret_cast<const char*>(text.data());
    return nullptr;
}

class RegexMatch final : public Match {
public:
    explicit RegexMatch(Place place) : place_(place) {}
    bool needs_substrings() const override { return true; }
    bool matches(Machine& machine, const Comparator& comparator, std::span<const std::string> values,
                 std::span<const std::string> keys) const override {
        // Whoever takes "A" for "a" looks without regard to case.
        const bool caseless = comparator.equal("a", "A");
        for (const std::string& key : keys) {
            std::string fault;
            const Code code =
                machine.spend(10 + key.size() / 16) ? compile_pattern(key, caseless, fault) : nullptr;
            if (!code) {
                machine.fail(place_, fault);
                return false;
            }
            for (const std::string& value : values) {
                if (found(machine, *code, value)) return true;
                if (machine.failed()) return false;
            }
        }
        return false;
    }

private:
    bool found(Machine& machine, const pcre2_code& code, const std::string& value) const {
        const std::unique_ptr<pcre2_match_context, FreeContext> context(pcre2_match_context_create(nullptr));
        pcre2_set_match_limit(context.get(), match_limit);
        pcre2_set_depth_limit(context.get(), depth_limit);
        const std::unique_ptr<pcre2_match_data, FreeData> data(
            pcre2_match_data_create_from_pattern(&code, nullptr));
        machine.spend(50 + value.size() / 16);
        const int count = pcre2_match(&code, reinterpret_cast<PCRE2_SPTR>(value.data()), value.size(), 0, 0,
                                      data.get(), context.get());
        if (count == PCRE2_ERROR_NOMATCH) return false;
        if (count < 0) {
            machine.fail(place_, "the regular expression takes too long");
            return false;
        }
        if (!machine.wants_matches()) return true;
        const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(data.get());
        std::vector<std::string> groups;
        for (int i = 0; i < count; ++i) {
            const PCRE2_SIZE begin = ends[2 * i], end = ends[2 * i + 1];
            groups.push_back(begin == PCRE2_UNSET || end < begin ? "" : value.substr(begin, end - begin));
        }
        machine.set_matches(std::move(groups));
        return true;
    }

    Place place_;
};

class RegexType final : public MatchType {
public:
    std::string_view capability() const override { return "regex"; }
    std::unique_ptr<Match> compile(Compiler&, Arguments&, const Argument& tag) override {
        return std::make_unique<RegexMatch>(tag.place);
    }
    void check_key(Compiler& compiler, Place place, const std::string& key) override {
        std::string fault;
        if (!compile_pattern(key, false, fault)) compiler.fail(place, fault);
    }
};

/// set :quoteregex
class QuoteRegex final : public Modifier {
public:
    std::string_view capability() const override { return "regex"; }
    int precedence() const override { return 20; }
    std::string apply(std::string value) const override {
        std::string out;
        for (const char c : value) {
            if (std::string_view("\\^$.[]|()?*+{}").find(c) != std::string_view::npos) out += '\\';
            out += c;
        }
        return out;
    }
};

class Regex final : public ExtensionPlugin {
public:
    explicit Regex(Host& host) : ExtensionPlugin(host) {
        capability("regex");
        piece<MatchType>(":regex", std::make_unique<RegexType>());
        piece<Modifier>(":quoteregex", std::make_unique<QuoteRegex>());
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Regex, {.id = "sieve-regex",
                                       .summary = "Sieve: regex (draft-ietf-sieve-regex)",
                                       .dependencies = postern::sieve::needs_engine});
