#include <algorithm>
#include <functional>

#include "postern/sieve/compiler.hpp"

namespace postern::sieve {

bool Stages::take(Compiler& compiler, Arguments& in, const Argument& tag) {
    TagType* type = find(compiler.registry().tags, tag.tag);
    if (type == nullptr || !compiler.has(type->capability()) || !type->applies_to(in.node().name))
        return false;
    StagePtr stage = type->compile(compiler, in, tag);
    if (!stage) return true;
    const auto at =
        std::ranges::upper_bound(stages_, stage->order(), {}, [](const StagePtr& s) { return s->order(); });
    stages_.insert(at, std::move(stage));
    return true;
}

void Stages::apply(Machine& machine, Action& action) const {
    for (const StagePtr& stage : stages_) stage->apply(machine, action);
}

void Stages::select(Machine& machine, const std::vector<std::string>& fields,
                    std::vector<FieldValue>& values) const {
    for (const StagePtr& stage : stages_) stage->select(machine, fields, values);
}

bool Modifiers::take(Compiler& compiler, const Argument& tag) {
    Modifier* modifier = find(compiler.registry().modifiers, tag.tag);
    if (modifier == nullptr || !compiler.has(modifier->capability())) return false;
    for (const Modifier* other : modifiers_) {
        if (other->precedence() == modifier->precedence())
            compiler.fail(tag.place, tag.tag + " contradicts another modifier");
    }
    modifiers_.push_back(modifier);
    std::ranges::sort(modifiers_, std::greater(), [](const Modifier* m) { return m->precedence(); });
    return true;
}

std::string Modifiers::apply(std::string value) const {
    for (const Modifier* modifier : modifiers_) value = modifier->apply(std::move(value));
    return value;
}

bool Matching::take(Arguments& in, const Argument& tag) {
    const Registry& registry = compiler_->registry();
    if (tag.tag == ":comparator") {
        comparator_given_ = true;
        const std::string name = in.constant("the comparator's name");
        comparator_ = find(registry.comparators, name);
        const bool base = name == "i;octet" || name == "i;ascii-casemap";
        if (comparator_ == nullptr) {
            compiler_->fail(tag.place, "there is no comparator \"" + name + "\"");
        } else if (!base && !compiler_->has("comparator-" + name)) {
            compiler_->fail(tag.place, "this needs require \"comparator-" + name + "\"");
        }
        return true;
    }
    MatchType* type = find(registry.matches, tag.tag);
    if (type != nullptr && compiler_->has(type->capability())) {
        if (type_ != nullptr) compiler_->fail(tag.place, "only one match type can be given");
        type_ = type;
        match_ = type->compile(*compiler_, in, tag);
        return true;
    }
    AddressPart* part = find(registry.address_parts, tag.tag);
    if (parts_ == Parts::no || part == nullptr || !compiler_->has(part->capability())) return false;
    if (part_given_) compiler_->fail(tag.place, "only one part of the address can be given");
    part_given_ = true;
    part_ = part;
    return true;
}

void Matching::finish(Arguments& in) {
    const Registry& registry = compiler_->registry();
    if (comparator_ == nullptr) comparator_ = find(registry.comparators, "i;ascii-casemap");
    if (type_ == nullptr) {
        type_ = find(registry.matches, ":is");
        const Argument none{};
        if (type_ != nullptr) match_ = type_->compile(*compiler_, in, none);
    }
    if (part_ == nullptr) part_ = find(registry.address_parts, ":all");
    if (!match_ || comparator_ == nullptr) return;
    if (match_->needs_substrings() && !comparator_->has_substrings()) {
        compiler_->fail(in.node().place, "this comparator cannot look for parts of a text");
    }
    if (comparator_given_ && !match_->takes_comparator()) {
        compiler_->fail(in.node().place, "this match type takes no comparator");
    }
}

void Matching::read_keys(Arguments& in) {
    const Place place = in.place();
    keys_ = in.strings("the list of keys");
    finish(in);
    for (const Text& key : keys_) {
        if (type_ != nullptr && key.is_constant()) type_->check_key(*compiler_, place, key.constant());
    }
}

bool Matching::test(Machine& machine, std::span<const std::string> values) const {
    return test(machine, values, values_of(keys_, machine));
}

bool Matching::test_words(Machine& machine, std::span<const std::string> values) const {
    std::vector<std::string> words;
    for (const std::string& key : values_of(keys_, machine)) {
        for (std::size_t at = 0; at < key.size();) {
            const std::size_t end = std::min(key.find(' ', at), key.size());
            if (end > at) words.push_back(key.substr(at, end - at));
            at = end + 1;
        }
    }
    return test(machine, values, std::move(words));
}

bool Matching::test(Machine& machine, std::span<const std::string> values,
                    std::vector<std::string> keys) const {
    std::size_t octets = 0;
    for (const std::string& value : values) octets += value.size();
    if (!machine.spend(keys.size() * (1 + values.size() + octets / 64))) return false;
    return match_->matches(machine, *comparator_, values, keys);
}

void Matching::add_address(std::string_view local, std::string_view domain,
                           std::vector<std::string>& values) const {
    if (auto value = part_->of(local, domain)) values.push_back(std::move(*value));
}

bool is_field_name(std::string_view name) {
    return !name.empty() &&
           std::ranges::all_of(name, [](unsigned char c) { return c > ' ' && c < 0x7f && c != ':'; });
}

bool is_address(std::string_view text) {
    const auto at = text.rfind('@');
    if (at == std::string_view::npos || at == 0 || at + 1 == text.size() || text.size() > 512) return false;
    const bool quoted = text.starts_with('"') && at > 1 && text[at - 1] == '"';
    for (const unsigned char c : text.substr(0, at)) {
        if (c < ' ' || c == 0x7f) return false;
        if (!quoted &&
            std::string_view(" \"<>()[]:;@\\,").find(static_cast<char>(c)) != std::string_view::npos)
            return false;
    }
    for (const unsigned char c : text.substr(at + 1)) {
        if (c <= ' ' || c == 0x7f ||
            std::string_view("<>(),;@\\\"").find(static_cast<char>(c)) != std::string_view::npos)
            return false;
    }
    return true;
}

std::string to_lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::optional<int> zone_of(std::string_view text) {
    if (text.size() != 5 || (text[0] != '+' && text[0] != '-')) return std::nullopt;
    int digits[4];
    for (std::size_t i = 0; i < 4; ++i) {
        if (text[i + 1] < '0' || text[i + 1] > '9') return std::nullopt;
        digits[i] = text[i + 1] - '0';
    }
    const int minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3];
    if (digits[2] > 5 || minutes >= 24 * 60) return std::nullopt;
    return text[0] == '-' ? -minutes : minutes;
}

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace postern::sieve
