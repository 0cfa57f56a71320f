#include <algorithm>

#include "postern/sieve/compiler.hpp"

namespace postern::sieve {

namespace {

/// What a script must require to use a tag; "" if nobody knows it.
std::string_view owner_of(const Registry& registry, const std::string& tag) {
    if (const auto* type = find(registry.tags, tag)) return type->capability();
    if (const auto* match = find(registry.matches, tag)) return match->capability();
    if (const auto* part = find(registry.address_parts, tag)) return part->capability();
    if (const auto* modifier = find(registry.modifiers, tag)) return modifier->capability();
    return {};
}

}  // namespace

Place Arguments::place() const {
    return next_ < node_.arguments.size() ? node_.arguments[next_].place : node_.place;
}

const Argument* Arguments::next_tag() {
    if (next_ >= node_.arguments.size()) return nullptr;
    const Argument& argument = node_.arguments[next_];
    if (argument.kind != Argument::Kind::tag) return nullptr;
    ++next_;
    if (seen(argument.tag)) compiler_.fail(argument.place, argument.tag + " is given twice");
    seen_.push_back(argument.tag);
    return &argument;
}

bool Arguments::seen(std::string_view tag) const {
    return std::ranges::find(seen_, tag) != seen_.end();
}

void Arguments::unexpected(const Argument& tag) {
    const std::string_view owner = owner_of(compiler_.registry(), tag.tag);
    std::string text = node_.name + " takes no " + tag.tag;
    if (!owner.empty() && !compiler_.has(owner)) {
        text = tag.tag + " needs require \"" + std::string(owner) + "\"";
    }
    compiler_.fail(tag.place, std::move(text));
    // What belongs to it goes with it, so that one mistake is told once.
    if (auto* type = find(compiler_.registry().tags, tag.tag)) {
        type->compile(compiler_, *this, tag);
        return;
    }
    while (next_ < node_.arguments.size() && node_.arguments[next_].kind != Argument::Kind::tag) ++next_;
}

const Argument* Arguments::positional(std::string_view what, bool (*fits)(const Argument&)) {
    if (next_ >= node_.arguments.size()) {
        compiler_.fail(node_.place, node_.name + ": " + std::string(what) + " is missing");
        return nullptr;
    }
    const Argument& argument = node_.arguments[next_++];
    if (fits(argument)) return &argument;
    const bool tag = argument.kind == Argument::Kind::tag;
    compiler_.fail(argument.place,
                   tag ? node_.name + ": " + argument.tag + " must stand before " + std::string(what)
                       : node_.name + ": " + std::string(what) + " is expected here");
    return nullptr;
}

std::uint64_t Arguments::number(std::string_view what) {
    const Argument* found =
        positional(what, [](const Argument& a) { return a.kind == Argument::Kind::number; });
    return found == nullptr ? 0 : found->number;
}

Text Arguments::string(std::string_view what) {
    const Argument* found =
        positional(what, [](const Argument& a) { return a.kind == Argument::Kind::string; });
    return found == nullptr ? Text() : compiler_.text(found->strings.front());
}

std::vector<Text> Arguments::strings(std::string_view what) {
    std::vector<Text> out;
    const Argument* found = positional(what, [](const Argument& a) { return a.is_string(); });
    if (found == nullptr) return out;
    for (const String& string : found->strings) out.push_back(compiler_.text(string));
    return out;
}

std::string Arguments::constant(std::string_view what) {
    const Place where = place();
    const Text text = string(what);
    if (!text.is_constant())
        compiler_.fail(where, node_.name + ": " + std::string(what) + " may not have variables");
    return text.constant();
}

bool Arguments::next_is_string() const {
    return next_ < node_.arguments.size() && node_.arguments[next_].is_string();
}
bool Arguments::next_is_number() const {
    return next_ < node_.arguments.size() && node_.arguments[next_].kind == Argument::Kind::number;
}

TestPtr Arguments::test() {
    tests_taken_ = true;
    if (node_.tests.size() != 1 || node_.test_list) {
        compiler_.fail(node_.place, node_.name + " wants one test");
        return nullptr;
    }
    return compiler_.test(node_.tests.front());
}

std::vector<TestPtr> Arguments::tests() {
    tests_taken_ = true;
    std::vector<TestPtr> out;
    if (node_.tests.empty() || !node_.test_list) {
        compiler_.fail(node_.place, node_.name + " wants a list of tests in parentheses");
    }
    for (const Node& test : node_.tests) out.push_back(compiler_.test(test));
    return out;
}

Block Arguments::block() {
    block_taken_ = true;
    if (!node_.has_block) compiler_.fail(node_.place, node_.name + " wants a block");
    return compiler_.block(node_.block);
}

void Arguments::end() {
    if (next_ < node_.arguments.size()) {
        const Argument& left = node_.arguments[next_];
        compiler_.fail(left.place, left.kind == Argument::Kind::tag
                                       ? node_.name + ": " + left.tag + " must stand before other arguments"
                                       : node_.name + " takes no more arguments");
    }
    if (!tests_taken_ && !node_.tests.empty()) {
        compiler_.fail(node_.tests.front().place, node_.name + " takes no test");
    }
    if (!block_taken_ && node_.has_block) compiler_.fail(node_.place, node_.name + " takes no block");
    for (const std::string& tag : seen_) {
        const TagType* type = find(compiler_.registry().tags, tag);
        if (type == nullptr || !type->applies_to(node_.name)) continue;
        const std::string_view needed = type->needs(node_.name);
        if (!needed.empty() && !seen(needed)) {
            compiler_.fail(node_.place, tag + " is of no use without " + std::string(needed));
        }
    }
}

}  // namespace postern::sieve
