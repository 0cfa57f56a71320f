#pragma once
// The server's half of one IMAP session over an ImapWorld.
#include <map>
#include <optional>

#include "postern/imap/number_set.hpp"
#include "world.hpp"

namespace postern::imap_client::test {

class ImapPeer final : public testkit::Peer {
public:
    explicit ImapPeer(ImapWorld& world) : world_(world) {}

    std::string greet() override { return "* OK [CAPABILITY " + world_.capabilities() + "] ready\r\n"; }
    std::string answer(std::string_view octets) override;
    std::string unasked() override { return idle_tag_.empty() ? "" : news(); }
    bool finished() const override { return finished_; }

private:
    using Words = std::vector<std::string>;
    using Folder = ImapWorld::Folder;
    using Message = ImapWorld::Message;
    /// Untagged responses to out_, and the tagged one without its tag.
    using Handler = std::string (ImapPeer::*)(const Words&);

    void take_line(std::string line);
    void run(const std::string& command);
    std::string dispatch(const Words& words);
    std::string dispatch_uid(Words words);
    std::string sign_in(const std::string& login, const std::string& secret);
    std::string sign_in_plain(const std::string& message);

    std::string authenticate(const Words& words);
    std::string select(const Words& words);
    std::string list(const Words& words);
    std::string status(const Words& words);
    std::string create(const Words& words);
    std::string rename(const Words& words);
    std::string remove_folder(const Words& words);
    std::string append(const Words& words);
    std::string fetch(const Words& words, bool by_uid);
    std::string store(const Words& words);
    std::string transfer(const Words& words, bool move);
    std::string expunge(const imap::NumberSet* only);
    std::string search(const Words& words);

    /// What changed in the open folder since it was told; updates what was told.
    std::string news();
    std::string status_items(const Folder& folder) const;
    std::string fetch_response(std::size_t number, const Message& message, const std::string& items) const;
    Folder* open_folder() { return world_.find(selected_); }
    imap::NumberSet resolve(const std::string& set, bool by_uid);

    ImapWorld& world_;
    std::string input_;
    std::string command_;      ///< lines so far; a literal is there as "{n}" CRLF octets
    std::size_t literal_ = 0;  ///< octets still to come
    bool in_literal_ = false;
    std::string out_;
    std::string tag_;
    std::string idle_tag_;
    std::string plain_tag_;  ///< AUTHENTICATE waits for its message
    bool signed_in_ = false;
    bool finished_ = false;
    bool condstore_ = false;
    bool qresync_ = false;
    std::string selected_;
    std::vector<std::uint32_t> told_;  ///< UIDs of the open folder, by message number
};

}  // namespace postern::imap_client::test
