#include "references.hpp"

#include <algorithm>

namespace postern::sieve {

namespace {

constexpr std::size_t max_match = 32;

bool is_identifier(std::string_view text) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !text.empty() && text.size() <= 64 && letter(text[0]) &&
           std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

class Constant final : public TextPart {
public:
    explicit Constant(std::string text) : text_(std::move(text)) {}
    void append(Machine&, std::string& out) const override { out += text_; }

private:
    std::string text_;
};

class Expansion final : public TextPart {
public:
    explicit Expansion(Reference reference) : reference_(std::move(reference)) {}
    void append(Machine& machine, std::string& out) const override {
        if (reference_.is_match()) {
            const auto& matches = machine.matches();
            if (reference_.match < matches.size()) out += matches[reference_.match];
        } else if (reference_.space != nullptr) {
            out += reference_.space->get(machine, reference_.name);
        } else {
            out += machine.variable(reference_.name);
        }
    }

private:
    Reference reference_;
};

class VariableSyntax final : public StringSyntax {
public:
    std::string_view capability() const override { return "variables"; }
    int order() const override { return 10; }

    std::vector<std::unique_ptr<TextPart>> split(Compiler& compiler, const Place& place,
                                                 const std::string& text) override {
        std::vector<std::unique_ptr<TextPart>> out;
        std::string constant;
        std::size_t at = 0;
        bool found = false;
        while (at < text.size()) {
            const std::size_t end = text.compare(at, 2, "${") == 0 ? text.find('}', at) : std::string::npos;
            const auto reference =
                end == std::string::npos
                    ? std::nullopt
                    : parse_reference(compiler, place, std::string_view(text).substr(at + 2, end - at - 2));
            if (!reference) {
                constant += text[at++];
                continue;
            }
            if (reference->is_match() && reference->match > max_match) {
                compiler.fail(place, "there are only " + std::to_string(max_match) + " match variables");
            }
            if (!constant.empty()) out.push_back(std::make_unique<Constant>(std::move(constant)));
            constant.clear();
            out.push_back(std::make_unique<Expansion>(*reference));
            found = true;
            at = end + 1;
        }
        if (!found) return {};
        if (!constant.empty()) out.push_back(std::make_unique<Constant>(std::move(constant)));
        return out;
    }
};

}  // namespace

std::optional<Reference> parse_reference(Compiler& compiler, Place place, std::string_view text) {
    Reference out;
    if (is_number(text)) {
        for (const char c : text)
            out.match = std::min<std::size_t>(out.match * 10 + static_cast<std::size_t>(c - '0'), 100'000);
        return out;
    }
    const auto dot = text.find('.');
    const std::string_view name = dot == std::string_view::npos ? text : text.substr(dot + 1);
    if (!is_identifier(name)) return std::nullopt;
    out.name = to_lower(name);
    if (dot == std::string_view::npos) return out;
    if (!is_identifier(text.substr(0, dot))) return std::nullopt;
    out.space = find(compiler.registry().namespaces, to_lower(text.substr(0, dot)));
    if (out.space == nullptr || !compiler.has(out.space->capability())) {
        compiler.fail(place, "there are no variables \"" + std::string(text) + "\"");
        return std::nullopt;
    }
    return out;
}

std::unique_ptr<StringSyntax> make_variable_syntax() {
    return std::make_unique<VariableSyntax>();
}

}  // namespace postern::sieve
