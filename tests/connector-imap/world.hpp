#pragma once
// An IMAP provider for the connector kit: folders, flags, UIDs and modseqs (RFC 3501, 4315, 6851, 7162), with the capabilities
// that the test wants it to have.
#include <set>
#include <string>
#include <vector>

#include "postern/testkit/connector_world.hpp"

namespace postern::imap_client::test {

class ImapWorld final : public testkit::World, public testkit::FolderWorld {
public:
    struct Message {
        std::uint32_t uid = 0;
        std::string content;
        State state;
        std::uint64_t modseq = 0;
    };
    struct Expunged {
        std::uint32_t uid = 0;
        std::uint64_t modseq = 0;
    };
    struct Folder {
        std::string name;  ///< modified UTF-7, "/" between levels
        std::uint32_t uidvalidity = 0;
        std::uint32_t uidnext = 1;
        std::uint64_t modseq = 1;
        std::vector<Message> messages;
        std::vector<Expunged> expunged;

        std::uint32_t append(std::string content, State state);
        /// Nothing for a UID that is not there.
        void expunge(std::uint32_t uid);
        Message* find(std::uint32_t uid);
        void set_state(Message& message, State state);
    };

    /// "QRESYNC CONDSTORE ENABLE" and the like, beside what every client wants.
    explicit ImapWorld(std::string capabilities);

    std::unique_ptr<testkit::Peer> accept() override;
    void deliver(std::string content) override;
    void withdraw(std::size_t index) override;
    std::vector<std::string> contents() const override { return contents_of("INBOX"); }
    bool set_mood(Mood mood) override;
    bool offers_starttls() const override { return true; }
    std::vector<std::string> endless_replies() const override;
    testkit::FolderWorld* with_folders() override { return this; }

    std::vector<std::string> folders() const override;
    std::vector<std::string> contents_of(const std::string& folder) const override;
    State state(std::size_t index) const override { return inbox().messages.at(index).state; }
    void set_state(std::size_t index, State state) override;

    // For its peers.
    const std::string& capabilities() const { return capabilities_; }
    bool has(const std::string& capability) const;
    Mood mood() const { return mood_; }
    std::vector<Folder>& all() { return folders_; }
    Folder* find(const std::string& name);
    /// False if there is one.
    bool create(const std::string& name);

private:
    const Folder& inbox() const { return folders_.front(); }

    std::string capabilities_;
    std::vector<Folder> folders_;
    std::uint32_t last_uidvalidity_;
    Mood mood_ = Mood::normal;
};

}  // namespace postern::imap_client::test
