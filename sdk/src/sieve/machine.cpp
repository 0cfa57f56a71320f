#include "postern/sieve/machine.hpp"

#include <ctime>

namespace postern::sieve {

Environment::~Environment() = default;
UnixTime Environment::now() const {
    return std::time(nullptr);
}
int Environment::zone_minutes() const {
    return 0;
}
std::optional<std::string> Environment::item(std::string_view) const {
    return std::nullopt;
}
std::string Environment::owner() const {
    return {};
}
bool Environment::mailbox_exists(std::string_view) const {
    return false;
}
std::optional<std::string> Environment::mailbox_of_id(std::string_view) const {
    return std::nullopt;
}
std::optional<std::string> Environment::mailbox_of_use(std::string_view) const {
    return std::nullopt;
}
std::optional<std::string> Environment::metadata(std::string_view, std::string_view) const {
    return std::nullopt;
}
bool Environment::was_tracked(std::string_view) const {
    return false;
}
bool Environment::is_stored() const {
    return false;
}
std::vector<std::string> Environment::flags() const {
    return {};
}

State::~State() = default;
Machine::~Machine() = default;
Test::~Test() = default;
Statement::~Statement() = default;
TextPart::~TextPart() = default;

Stage::~Stage() = default;
int Stage::order() const {
    return 0;
}
void Stage::apply(Machine&, Action&) const {}
void Stage::select(Machine&, const std::vector<std::string>&, std::vector<FieldValue>&) const {}

const std::string& Action::value(const std::string& name) const {
    static const std::string none;
    for (const auto* all : {&values, &details}) {
        const auto found = all->find(name);
        if (found != all->end() && !found->second.empty()) return found->second.front();
    }
    return none;
}

std::string Action::to_string() const {
    std::string out = kind;
    for (const auto* all : {&values, &details}) {
        for (const auto& [name, list] : *all) {
            out += " " + name + "=";
            for (std::size_t i = 0; i < list.size(); ++i) out += (i == 0 ? "\"" : ",\"") + list[i] + "\"";
        }
    }
    if (!cancels_keep) out += " (keeps)";
    if (implicit) out += " (implicit)";
    return out;
}

Flow run_block(const Block& block, Machine& machine) {
    for (const StatementPtr& statement : block) {
        if (!machine.spend(1)) return Flow::stop;
        const Flow flow = statement->run(machine);
        if (machine.failed()) return Flow::stop;
        if (flow != Flow::next) return flow;
    }
    return Flow::next;
}

std::string Text::value(Machine& machine) const {
    if (is_constant()) return constant_;
    std::string out;
    for (const auto& part : parts_) part->append(machine, out);
    machine.spend(out.size() / 64);
    return out;
}

std::vector<std::string> values_of(const std::vector<Text>& texts, Machine& machine) {
    std::vector<std::string> out;
    out.reserve(texts.size());
    for (const Text& text : texts) out.push_back(text.value(machine));
    return out;
}

}  // namespace postern::sieve
