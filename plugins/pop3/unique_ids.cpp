#include "pop3/unique_ids.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "pop3/text.hpp"

namespace postern::pop3 {

namespace {

constexpr Uid block_size = 256;

std::string entry_of(Uid uid) {
    return std::string(given_prefix) + std::to_string(uid / block_size);
}

std::map<std::string, std::string> blocks_of(const std::vector<Item>& items,
                                             const std::vector<std::string>& ids) {
    std::map<std::string, std::string> blocks;
    for (std::size_t i = 0; i < items.size(); ++i)
        blocks[entry_of(items[i].uid)] += std::to_string(items[i].uid) + ' ' + ids[i] + '\n';
    return blocks;
}

}  // namespace

std::string own_id(std::uint32_t uidvalidity, Uid uid) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string id;
    for (const std::uint32_t number : {uidvalidity, uid}) {
        for (int shift = 28; shift >= 0; shift -= 4)
            id += digits[(number >> static_cast<unsigned>(shift)) & 15U];
    }
    return id;
}

std::map<Uid, std::string> parse_given(const std::vector<store::Attribute>& attributes) {
    std::map<Uid, std::string> given;
    for (const store::Attribute& attribute : attributes) {
        std::string_view rest = attribute.value;
        while (!rest.empty()) {
            const auto end = std::min(rest.find('\n'), rest.size());
            std::string_view line = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            const auto uid = take_number(line);
            if (uid && *uid > 0 && *uid <= 0xffffffffU && is_unique_id(line))
                given[static_cast<Uid>(*uid)] = std::string(line);
        }
    }
    return given;
}

std::vector<store::AttributeWrite> given_writes(MailboxId mailbox, const std::vector<Item>& items,
                                                const std::vector<std::string>& ids,
                                                const std::vector<store::Attribute>& before) {
    auto blocks = blocks_of(items, ids);
    std::vector<store::AttributeWrite> writes;
    for (const store::Attribute& old : before) {
        const auto now = blocks.find(old.entry);
        if (now == blocks.end()) {
            writes.push_back({{mailbox, old.entry, {}}, true});
        } else if (now->second == old.value) {
            blocks.erase(now);
        }
    }
    for (auto& [entry, value] : blocks) writes.push_back({{mailbox, entry, std::move(value)}, false});
    return writes;
}

void make_unique(std::vector<std::string>& ids, const std::vector<Item>& items, std::uint32_t uidvalidity) {
    std::unordered_set<std::string> taken;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!is_unique_id(ids[i]) || !taken.insert(ids[i]).second) {
            ids[i] = own_id(uidvalidity, items[i].uid);
            taken.insert(ids[i]);
        }
    }
}

}  // namespace postern::pop3
