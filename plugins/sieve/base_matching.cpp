// Match types, comparators, parts of addresses and of the envelope (RFC 5228 sections 2.7 and 5.4)
#include "base.hpp"
#include "wildcard.hpp"

namespace postern::sieve {

namespace {

class Equality final : public Match {
public:
    bool matches(Machine&, const Comparator& comparator, std::span<const std::string> values,
                 std::span<const std::string> keys) const override {
        return std::ranges::any_of(values, [&](const std::string& value) {
            return std::ranges::any_of(keys,
                                       [&](const std::string& key) { return comparator.equal(value, key); });
        });
    }
};

class Containment final : public Match {
public:
    bool needs_substrings() const override { return true; }
    bool matches(Machine&, const Comparator& comparator, std::span<const std::string> values,
                 std::span<const std::string> keys) const override {
        std::vector<std::string> folded;
        for (const std::string& key : keys) folded.push_back(comparator.fold(key));
        for (const std::string& value : values) {
            const std::string text = comparator.fold(value);
            for (const std::string& key : folded) {
                if (text.find(key) != std::string::npos) return true;
            }
        }
        return false;
    }
};

class Wildcards final : public Match {
public:
    bool needs_substrings() const override { return true; }
    bool matches(Machine& machine, const Comparator& comparator, std::span<const std::string> values,
                 std::span<const std::string> keys) const override {
        std::vector<std::vector<Glyph>> patterns;
        for (const std::string& key : keys) patterns.push_back(pattern_of(key, comparator));
        for (const std::string& value : values) {
            const std::vector<Glyph> text = glyphs_of(value, comparator);
            for (const auto& pattern : patterns) {
                if (!machine.spend(1 + text.size() * (1 + pattern.size()) / 1024)) return false;
                std::vector<std::string> found;
                if (!match_wildcards(text, pattern, value, machine.wants_matches() ? &found : nullptr))
                    continue;
                if (machine.wants_matches()) machine.set_matches(std::move(found));
                return true;
            }
        }
        return false;
    }
};

template <class M>
class BaseMatch final : public MatchType {
public:
    std::string_view capability() const override { return {}; }
    std::unique_ptr<Match> compile(Compiler&, Arguments&, const Argument&) override {
        return std::make_unique<M>();
    }
};

class Octet final : public Comparator {
public:
    std::string fold(std::string_view text) const override { return std::string(text); }
};

/// Upper case, so that "_" sorts after letters (RFC 4790 section 9.2.1).
class AsciiCasemap final : public Comparator {
public:
    std::string fold(std::string_view text) const override {
        std::string out(text);
        for (char& c : out) {
            if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        }
        return out;
    }
};

template <int which>
class BasePart final : public AddressPart {
public:
    std::string_view capability() const override { return {}; }
    std::optional<std::string> of(std::string_view local, std::string_view domain) const override {
        if constexpr (which == 0) return std::string(local);
        if constexpr (which == 1) return std::string(domain);
        std::string all(local);
        if (!domain.empty()) all += "@" + std::string(domain);
        return all;
    }
};

template <bool from>
class Path final : public EnvelopePart {
public:
    std::string_view capability() const override { return "envelope"; }
    bool is_address() const override { return true; }
    std::vector<std::string> values(Machine& machine, std::optional<int>) const override {
        return {from ? machine.envelope().from : machine.envelope().to};
    }
};

}  // namespace

void add_matching(Pieces& pieces) {
    pieces.piece<MatchType>(":is", std::make_unique<BaseMatch<Equality>>());
    pieces.piece<MatchType>(":contains", std::make_unique<BaseMatch<Containment>>());
    pieces.piece<MatchType>(":matches", std::make_unique<BaseMatch<Wildcards>>());
    pieces.piece<Comparator>("i;octet", std::make_unique<Octet>());
    pieces.piece<Comparator>("i;ascii-casemap", std::make_unique<AsciiCasemap>());
    pieces.piece<AddressPart>(":localpart", std::make_unique<BasePart<0>>());
    pieces.piece<AddressPart>(":domain", std::make_unique<BasePart<1>>());
    pieces.piece<AddressPart>(":all", std::make_unique<BasePart<2>>());
    pieces.piece<EnvelopePart>("from", std::make_unique<Path<true>>());
    pieces.piece<EnvelopePart>("to", std::make_unique<Path<false>>());
}

}  // namespace postern::sieve
