// The peer's commands on folders.
#include <algorithm>

#include "peer.hpp"

namespace postern::imap_client::test {

namespace {

std::string quoted(const std::string& name) {
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string to_text(std::uint64_t number) {
    return std::to_string(number);
}

}  // namespace

std::string ImapPeer::status_items(const Folder& folder) const {
    const auto unseen = std::count_if(folder.messages.begin(), folder.messages.end(),
                                      [](const Message& message) { return (message.state.flags & 8U) == 0; });
    std::string out = "(MESSAGES " + to_text(folder.messages.size()) + " UIDNEXT " + to_text(folder.uidnext) +
                      " UIDVALIDITY " + to_text(folder.uidvalidity) + " UNSEEN " + std::to_string(unseen);
    if (world_.has("CONDSTORE")) out += " HIGHESTMODSEQ " + to_text(folder.modseq);
    return out + ')';
}

std::string ImapPeer::select(const Words& words) {
    Folder* folder = world_.find(words[1]);
    selected_.clear();
    if (folder == nullptr) return "NO [NONEXISTENT] no such folder";
    const std::string parameters = words.size() > 2 ? words[2] : "";
    if (parameters == "(CONDSTORE)") condstore_ = true;
    selected_ = folder->name;
    told_.clear();
    for (const Message& message : folder->messages) told_.push_back(message.uid);
    out_ += "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n";
    out_ += "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] all\r\n";
    out_ += "* " + to_text(told_.size()) + " EXISTS\r\n";
    out_ += "* OK [UIDVALIDITY " + to_text(folder->uidvalidity) + "] ids\r\n";
    out_ += "* OK [UIDNEXT " + to_text(folder->uidnext) + "] next\r\n";
    if (world_.has("CONDSTORE")) out_ += "* OK [HIGHESTMODSEQ " + to_text(folder->modseq) + "] highest\r\n";
    if (!parameters.starts_with("(QRESYNC (") || !qresync_) return "OK [READ-WRITE] open";
    // RFC 7162 section 3.2.5.
    char* rest = nullptr;
    const auto uidvalidity = std::strtoull(parameters.c_str() + 10, &rest, 10);
    const auto modseq = std::strtoull(rest, nullptr, 10);
    if (uidvalidity != folder->uidvalidity) return "OK [READ-WRITE] open";
    imap::NumberSet vanished;
    for (const auto& gone : folder->expunged) {
        if (gone.modseq > modseq) vanished.add(gone.uid);
    }
    if (!vanished.empty()) out_ += "* VANISHED (EARLIER) " + vanished.to_string() + "\r\n";
    for (std::size_t i = 0; i < folder->messages.size(); ++i) {
        if (folder->messages[i].modseq > modseq)
            out_ += fetch_response(i + 1, folder->messages[i], "(UID FLAGS MODSEQ)");
    }
    return "OK [READ-WRITE] open";
}

std::string ImapPeer::list(const Words& words) {
    const bool with_status = words.size() > 4 && words[4].find("STATUS") != std::string::npos;
    for (const Folder& folder : world_.all()) {
        out_ += "* LIST () \"/\" " + quoted(folder.name) + "\r\n";
        if (with_status) out_ += "* STATUS " + quoted(folder.name) + ' ' + status_items(folder) + "\r\n";
    }
    return "OK done";
}

std::string ImapPeer::status(const Words& words) {
    const Folder* folder = world_.find(words[1]);
    if (folder == nullptr) return "NO [NONEXISTENT] no such folder";
    out_ += "* STATUS " + quoted(folder->name) + ' ' + status_items(*folder) + "\r\n";
    return "OK done";
}

std::string ImapPeer::create(const Words& words) {
    return world_.create(words[1]) ? "OK made" : "NO [ALREADYEXISTS] there is one";
}

std::string ImapPeer::rename(const Words& words) {
    if (words.size() != 3) return "BAD two names";
    if (world_.find(words[1]) == nullptr) return "NO [NONEXISTENT] no such folder";
    if (world_.find(words[2]) != nullptr) return "NO [ALREADYEXISTS] there is one";
    for (Folder& folder : world_.all()) {
        const bool below = folder.name.starts_with(words[1] + '/');
        if (below || folder.name == words[1]) folder.name = words[2] + folder.name.substr(words[1].size());
    }
    return "OK renamed";
}

std::string ImapPeer::remove_folder(const Words& words) {
    const auto removed =
        std::erase_if(world_.all(), [&words](const Folder& folder) { return folder.name == words[1]; });
    return removed > 0 ? "OK removed" : "NO [NONEXISTENT] no such folder";
}

std::string ImapPeer::news() {
    const Folder* folder = selected_.empty() ? nullptr : open_folder();
    if (folder == nullptr) return "";
    std::string out;
    imap::NumberSet vanished;
    const auto is_there = [folder](std::uint32_t uid) {
        return std::any_of(folder->messages.begin(), folder->messages.end(),
                           [uid](const Message& message) { return message.uid == uid; });
    };
    for (std::size_t i = 0; i < told_.size();) {
        if (is_there(told_[i])) {
            ++i;
            continue;
        }
        vanished.add(told_[i]);
        told_.erase(told_.begin() + static_cast<std::ptrdiff_t>(i));
        if (!qresync_) out += "* " + to_text(i + 1) + " EXPUNGE\r\n";
    }
    if (qresync_ && !vanished.empty()) out += "* VANISHED " + vanished.to_string() + "\r\n";
    const std::uint32_t last = told_.empty() ? 0 : told_.back();
    bool more = false;
    for (const Message& message : folder->messages) {
        if (message.uid <= last) continue;
        told_.push_back(message.uid);
        more = true;
    }
    if (more) out += "* " + to_text(told_.size()) + " EXISTS\r\n";
    return out;
}

}  // namespace postern::imap_client::test
