// The peer's commands on messages.
#include <algorithm>

#include "peer.hpp"
#include "postern/imap/flags.hpp"
#include "postern/imap/sequence_set.hpp"

namespace postern::imap_client::test {

namespace {

using State = testkit::FolderWorld::State;

State parse_flags(std::string list) {
    State state;
    std::erase_if(list, [](char c) { return c == '(' || c == ')'; });
    for (std::size_t at = 0; at < list.size();) {
        const std::size_t end = std::min(list.find(' ', at), list.size());
        const std::string word = list.substr(at, end - at);
        at = end + 1;
        if (const auto flag = imap::parse_system_flag(word)) {
            state.flags |= *flag;
        } else if (!word.empty()) {
            state.keywords.push_back(word);
        }
    }
    return state;
}

std::string format_flags(const State& state) {
    std::string out;
    for (unsigned bit = 1; bit <= imap::flag_draft; bit <<= 1U) {
        if ((state.flags & bit) != 0)
            out += ' ' + std::string(imap::system_flag_name(static_cast<imap::SystemFlag>(bit)));
    }
    for (const auto& keyword : state.keywords) out += ' ' + keyword;
    return '(' + (out.empty() ? out : out.substr(1)) + ')';
}

State changed(State state, const State& by, bool set) {
    const auto bits = static_cast<unsigned>(by.flags);
    state.flags = static_cast<std::uint8_t>(set ? state.flags | bits : state.flags & ~bits);
    for (const auto& keyword : by.keywords) {
        std::erase(state.keywords, keyword);
        if (set) state.keywords.push_back(keyword);
    }
    return state;
}

bool asks_for(const std::string& items, const char* item) {
    return items.find(item) != std::string::npos;
}

}  // namespace

imap::NumberSet ImapPeer::resolve(const std::string& set, bool by_uid) {
    const auto parsed = imap::SequenceSet::parse(set);
    if (!parsed) return {};
    if (by_uid) return parsed->resolve(told_.empty() ? 0 : told_.back());
    imap::NumberSet uids;
    for (const std::uint32_t number : parsed->resolve(static_cast<std::uint32_t>(told_.size()))) {
        if (number <= told_.size()) uids.add(told_[number - 1]);
    }
    return uids;
}

std::string ImapPeer::fetch_response(std::size_t number, const Message& message,
                                     const std::string& items) const {
    std::string out = "* " + std::to_string(number) + " FETCH (UID " + std::to_string(message.uid);
    if (asks_for(items, "FLAGS")) out += " FLAGS " + format_flags(message.state);
    if (asks_for(items, "RFC822.SIZE")) out += " RFC822.SIZE " + std::to_string(message.content.size());
    if (asks_for(items, "INTERNALDATE")) out += " INTERNALDATE \"01-Feb-2026 10:00:00 +0000\"";
    if (asks_for(items, "MODSEQ") || condstore_) out += " MODSEQ (" + std::to_string(message.modseq) + ')';
    const auto literal = [&out](const char* name, const std::string& text) {
        out += std::string(" BODY[") + name + "] {" + std::to_string(text.size()) + "}\r\n" + text;
    };
    if (asks_for(items, "BODY.PEEK[]")) literal("", message.content);
    if (asks_for(items, "BODY.PEEK[HEADER]")) {
        const std::size_t end = message.content.find("\r\n\r\n");
        literal("HEADER", end == std::string::npos ? message.content : message.content.substr(0, end + 4));
    }
    return out + ")\r\n";
}

std::string ImapPeer::fetch(const Words& words, bool by_uid) {
    const imap::NumberSet uids = resolve(words[1], by_uid);
    std::uint64_t since = 0;
    if (words.size() > 3 && words[3].starts_with("(CHANGEDSINCE ")) {
        condstore_ = true;
        since = std::strtoull(words[3].c_str() + 14, nullptr, 10);
    }
    Folder* folder = open_folder();
    for (std::size_t i = 0; i < told_.size(); ++i) {
        const Message* message = folder == nullptr ? nullptr : folder->find(told_[i]);
        if (message == nullptr || !uids.contains(message->uid) || message->modseq <= since) continue;
        out_ += fetch_response(i + 1, *message, words[2]);
    }
    return "OK fetched";
}

std::string ImapPeer::store(const Words& words) {
    const imap::NumberSet uids = resolve(words[1], true);
    const State by = parse_flags(words[3]);
    Folder* folder = open_folder();
    for (const std::uint32_t uid : uids) {
        Message* message = folder == nullptr ? nullptr : folder->find(uid);
        if (message != nullptr)
            folder->set_state(*message, changed(message->state, by, words[2].starts_with('+')));
    }
    return "OK stored";
}

std::string ImapPeer::transfer(const Words& words, bool move) {
    Folder* to = world_.find(words[2]);
    Folder* from = open_folder();
    if (to == nullptr) return "NO [TRYCREATE] no such folder";
    imap::NumberSet source;
    imap::NumberSet made;
    for (const std::uint32_t uid : resolve(words[1], true)) {
        const Message* message = from == nullptr ? nullptr : from->find(uid);
        if (message == nullptr) continue;
        source.add(uid);
        made.add(to->append(message->content, message->state));
        if (move) from->expunge(uid);
    }
    if (source.empty()) return "OK nothing";
    const std::string code = "[COPYUID " + std::to_string(to->uidvalidity) + ' ' + source.to_string() + ' ' +
                             made.to_string() + "] ";
    if (!move) return "OK " + code + "copied";
    out_ += "* OK " + code + "moved\r\n";
    return "OK moved";
}

std::string ImapPeer::expunge(const imap::NumberSet* only) {
    Folder* folder = open_folder();
    if (folder == nullptr) return "NO no such folder";
    std::vector<std::uint32_t> doomed;
    for (const Message& message : folder->messages) {
        const bool marked = (message.state.flags & imap::flag_deleted) != 0;
        if (marked && (only == nullptr || only->contains(message.uid))) doomed.push_back(message.uid);
    }
    for (const std::uint32_t uid : doomed) folder->expunge(uid);
    return "OK expunged";
}

std::string ImapPeer::search(const Words& words) {
    const bool extended = words[1] == "RETURN";
    const bool deleted = words.back() == "DELETED";
    imap::NumberSet found;
    std::string numbers;
    Folder* folder = open_folder();
    for (const std::uint32_t uid : told_) {
        const Message* message = folder == nullptr ? nullptr : folder->find(uid);
        if (message == nullptr || (deleted && (message->state.flags & imap::flag_deleted) == 0)) continue;
        found.add(uid);
        numbers += ' ' + std::to_string(uid);
    }
    if (!extended) {
        out_ += "* SEARCH" + numbers + "\r\n";
    } else {
        out_ += "* ESEARCH (TAG \"" + tag_ + "\") UID" + (found.empty() ? "" : " ALL " + found.to_string()) +
                "\r\n";
    }
    return "OK searched";
}

std::string ImapPeer::append(const Words& words) {
    Folder* folder = world_.find(words[1]);
    if (folder == nullptr) return "NO [TRYCREATE] no such folder";
    State state;
    if (words.size() > 3 && words[2].starts_with('(')) state = parse_flags(words[2]);
    const std::uint32_t uid = folder->append(words.back(), state);
    return "OK [APPENDUID " + std::to_string(folder->uidvalidity) + ' ' + std::to_string(uid) + "] appended";
}

}  // namespace postern::imap_client::test
