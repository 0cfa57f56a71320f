#include "tests/sieve/support/fake_environment.hpp"

namespace postern::sieve::test {

std::optional<std::string> look_up(const std::map<std::string, std::string>& map, const std::string& key) {
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    return found->second;
}

std::optional<std::string> FakeEnvironment::item(std::string_view name) const {
    return look_up(items, std::string(name));
}
std::optional<std::string> FakeEnvironment::mailbox_of_id(std::string_view id) const {
    return look_up(ids, std::string(id));
}
std::optional<std::string> FakeEnvironment::mailbox_of_use(std::string_view use) const {
    return look_up(uses, to_lower(use));
}
std::optional<std::string> FakeEnvironment::metadata(std::string_view mailbox, std::string_view entry) const {
    return look_up(annotations, std::string(mailbox) + " " + std::string(entry));
}

}  // namespace postern::sieve::test
