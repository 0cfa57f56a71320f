#include "postern/sieve/extension.hpp"

#include <algorithm>
#include <set>

#include "postern/sieve/engine.hpp"

namespace postern::sieve {

Capability::~Capability() = default;
std::vector<std::string> Capability::implies() const {
    return {};
}
CommandType::~CommandType() = default;
TestType::~TestType() = default;
TagType::~TagType() = default;
std::string_view TagType::needs(std::string_view) const {
    return {};
}
Match::~Match() = default;
bool Match::counts() const {
    return false;
}
bool Match::needs_substrings() const {
    return false;
}
bool Match::takes_comparator() const {
    return true;
}
MatchType::~MatchType() = default;
void MatchType::check_key(Compiler&, Place, const std::string&) {}

Comparator::~Comparator() = default;
bool Comparator::has_substrings() const {
    return true;
}
bool Comparator::equal(std::string_view a, std::string_view b) const {
    return fold(a) == fold(b);
}
int Comparator::compare(std::string_view a, std::string_view b) const {
    return fold(a).compare(fold(b));
}
AddressPart::~AddressPart() = default;
EnvelopePart::~EnvelopePart() = default;
bool EnvelopePart::is_address() const {
    return false;
}
StringSyntax::~StringSyntax() = default;
std::string StringSyntax::rewrite(Compiler&, const Place&, std::string text) {
    return text;
}
std::vector<std::unique_ptr<TextPart>> StringSyntax::split(Compiler&, const Place&, const std::string&) {
    return {};
}
Modifier::~Modifier() = default;
Namespace::~Namespace() = default;
bool Namespace::can_set() const {
    return false;
}
void Namespace::set(Machine&, const std::string&, std::string) const {}
ActionHook::~ActionHook() = default;
NotifyMethod::~NotifyMethod() = default;
std::optional<std::string> NotifyMethod::capability(std::string_view, std::string_view) const {
    return std::nullopt;
}
ExternalLists::~ExternalLists() = default;
Program::~Program() = default;
Compiler::~Compiler() = default;
Engine::~Engine() = default;

namespace {

template <class Interface>
void collect_table(const Lookup& lookup, Registry::Table<Interface>& table) {
    for (const auto& entry : lookup.all<Interface>()) table.emplace(entry.name, entry.object);
}

}  // namespace

void Registry::collect(const Lookup& lookup) {
    collect_table(lookup, capabilities);
    collect_table(lookup, commands);
    collect_table(lookup, tests);
    collect_table(lookup, tags);
    collect_table(lookup, matches);
    collect_table(lookup, comparators);
    collect_table(lookup, address_parts);
    collect_table(lookup, envelope_parts);
    collect_table(lookup, notify_methods);
    collect_table(lookup, modifiers);
    collect_table(lookup, namespaces);
    for (const auto& entry : lookup.all<StringSyntax>()) strings.push_back(entry.object);
    std::ranges::stable_sort(strings, {}, [](const StringSyntax* s) { return s->order(); });
    for (const auto& entry : lookup.all<ActionHook>()) hooks.push_back(entry.object);
    lists = lookup.find<ExternalLists>();
}

bool Registry::knows(std::string_view capability) const {
    constexpr std::string_view prefix = "comparator-";
    if (capability.starts_with(prefix)) return comparators.contains(capability.substr(prefix.size()));
    return capabilities.contains(capability);
}

std::vector<std::string> Registry::capability_names() const {
    std::set<std::string> names;
    for (const auto& [name, object] : capabilities) names.insert(name);
    for (const auto& [name, object] : comparators) names.insert("comparator-" + name);
    return {names.begin(), names.end()};
}

}  // namespace postern::sieve
