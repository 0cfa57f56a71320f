#include "world.hpp"

#include <algorithm>
#include <stdexcept>

#include "peer.hpp"
#include "postern/imap/modified_utf7.hpp"

namespace postern::imap_client::test {

std::uint32_t ImapWorld::Folder::append(std::string content, State state) {
    Message message;
    message.uid = uidnext++;
    message.content = std::move(content);
    message.state = std::move(state);
    message.modseq = ++modseq;
    messages.push_back(std::move(message));
    return messages.back().uid;
}

void ImapWorld::Folder::expunge(std::uint32_t uid) {
    if (find(uid) == nullptr) return;
    std::erase_if(messages, [uid](const Message& message) { return message.uid == uid; });
    expunged.push_back({uid, ++modseq});
}

ImapWorld::Message* ImapWorld::Folder::find(std::uint32_t uid) {
    for (Message& message : messages) {
        if (message.uid == uid) return &message;
    }
    return nullptr;
}

void ImapWorld::Folder::set_state(Message& message, State state) {
    if (message.state == state) return;
    message.state = std::move(state);
    message.modseq = ++modseq;
}

ImapWorld::ImapWorld(std::string capabilities) {
    capabilities_ =
        "IMAP4rev1 AUTH=PLAIN SASL-IR STARTTLS UIDPLUS UNSELECT IDLE NAMESPACE ID " + std::move(capabilities);
    // As if by the clock: no two mailboxes have the same.
    static std::uint32_t made = 1'700'000'000;
    last_uidvalidity_ = made += 1'000;
    create("INBOX");
}

bool ImapWorld::has(const std::string& capability) const {
    return (' ' + capabilities_ + ' ').find(' ' + capability + ' ') != std::string::npos;
}

std::unique_ptr<testkit::Peer> ImapWorld::accept() {
    return std::make_unique<ImapPeer>(*this);
}

void ImapWorld::deliver(std::string content) {
    folders_.front().append(std::move(content), {});
}

void ImapWorld::withdraw(std::size_t index) {
    folders_.front().expunge(inbox().messages.at(index).uid);
}

bool ImapWorld::set_mood(Mood mood) {
    mood_ = mood;
    return true;
}

std::vector<std::string> ImapWorld::endless_replies() const {
    return {"* 3 EXISTS\r\n",
            "* OK still here\r\n",
            "* 1 FETCH (UID 1 FLAGS ())\r\n",
            "* LIST () \"/\" x\r\n",
            "* CAPABILITY IMAP4rev1\r\n",
            "* SEARCH 1\r\n",
            "+ go on\r\n"};
}

std::vector<std::string> ImapWorld::folders() const {
    std::vector<std::string> out;
    for (const Folder& folder : folders_) out.push_back(imap::decode_modified_utf7(folder.name).value());
    return out;
}

std::vector<std::string> ImapWorld::contents_of(const std::string& folder) const {
    const std::string name = imap::encode_modified_utf7(folder).value();
    for (const Folder& found : folders_) {
        if (found.name != name) continue;
        std::vector<std::string> out;
        for (const Message& message : found.messages) out.push_back(message.content);
        return out;
    }
    throw std::runtime_error("no folder " + folder);
}

void ImapWorld::set_state(std::size_t index, State state) {
    folders_.front().set_state(folders_.front().messages.at(index), std::move(state));
}

ImapWorld::Folder* ImapWorld::find(const std::string& name) {
    for (Folder& folder : folders_) {
        if (folder.name == name) return &folder;
    }
    return nullptr;
}

bool ImapWorld::create(const std::string& name) {
    if (find(name) != nullptr) return false;
    Folder folder;
    folder.name = name;
    folder.uidvalidity = ++last_uidvalidity_;
    folders_.push_back(std::move(folder));
    return true;
}

}  // namespace postern::imap_client::test
