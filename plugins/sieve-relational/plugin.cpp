// relational (RFC 5231): :count and :value
#include <array>

#include "postern/sieve/pieces.hpp"

namespace postern::sieve {

namespace {

constexpr std::array<std::string_view, 6> operators{"gt", "ge", "lt", "le", "eq", "ne"};

bool holds(std::size_t which, int order) {
    switch (which) {
        case 0:
            return order > 0;
        case 1:
            return order >= 0;
        case 2:
            return order < 0;
        case 3:
            return order <= 0;
        case 4:
            return order == 0;
        default:
            return order != 0;
    }
}

class Relation final : public Match {
public:
    Relation(std::size_t which, bool counts) : which_(which), counts_(counts) {}
    bool counts() const override { return counts_; }
    bool matches(Machine&, const Comparator& comparator, std::span<const std::string> values,
                 std::span<const std::string> keys) const override {
        const std::string number = std::to_string(values.size());
        if (counts_) values = {&number, 1};
        for (const std::string& value : values) {
            for (const std::string& key : keys) {
                if (holds(which_, comparator.compare(value, key))) return true;
            }
        }
        return false;
    }

private:
    std::size_t which_;
    bool counts_;
};

class RelationType final : public MatchType {
public:
    explicit RelationType(bool counts) : counts_(counts) {}
    std::string_view capability() const override { return "relational"; }
    std::unique_ptr<Match> compile(Compiler& compiler, Arguments& in, const Argument& tag) override {
        const Place at = in.place();
        const std::string wanted = to_lower(in.constant("the relation"));
        const auto found = std::ranges::find(operators, wanted);
        if (found == operators.end()) {
            compiler.fail(at, tag.tag + " wants one of gt, ge, lt, le, eq and ne");
            return nullptr;
        }
        return std::make_unique<Relation>(static_cast<std::size_t>(found - operators.begin()), counts_);
    }

private:
    bool counts_;
};

class Relational final : public ExtensionPlugin {
public:
    explicit Relational(Host& host) : ExtensionPlugin(host) {
        capability("relational");
        piece<MatchType>(":count", std::make_unique<RelationType>(true));
        piece<MatchType>(":value", std::make_unique<RelationType>(false));
    }
};

}  // namespace

}  // namespace postern::sieve

POSTERN_PLUGIN(postern::sieve::Relational, {.id = "sieve-relational",
                                            .summary = "Sieve: relational (RFC 5231)",
                                            .dependencies = postern::sieve::needs_engine});
