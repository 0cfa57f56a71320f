#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "http.hpp"
#include "page.hpp"
#include "postern/gateway/connector.hpp"

namespace letterbox {

/// One line to one letterbox. A request at a time; what is deleted is deleted at once.
class LetterboxSession final : public postern::gateway::RemoteSession {
public:
    LetterboxSession(std::unique_ptr<HttpLine> line, std::string path,
                     const postern::gateway::SessionLimits& limits);

    const postern::gateway::RemoteFacts& facts() const override { return facts_; }
    bool alive() const override { return line_->alive(); }

    /// The token is "TOTAL ETAG": as long as the server's ETag is that, nothing is listed.
    postern::Task<Outcome<postern::gateway::PullPage>> pull(postern::gateway::PullRequest request) override;
    Outcome<postern::gateway::RemoteRef> find(const std::string& folder, const std::string& id) override;
    postern::Task<Outcome<void>> start_fetch(postern::gateway::FetchRequest request) override;
    postern::Task<Outcome<postern::gateway::Fetched>> receive() override;
    postern::Task<Outcome<std::vector<postern::gateway::ActionResult>>> push(
        std::vector<postern::gateway::Action> actions) override;
    postern::Task<Outcome<void>> close(CloseMode mode) override;
    postern::Result<void> move_to(postern::Executor executor) override;

private:
    postern::gateway::RemoteRef reference(const std::string& id);
    /// Null if it is of another session.
    const std::string* id_of(postern::gateway::RemoteRef ref) const;
    /// Adds a page to the listing. What is wrong with it goes to `incomplete_reason`.
    void add(const Page& page, std::size_t budget, postern::gateway::PullPage& listing);

    std::unique_ptr<HttpLine> line_;
    std::string path_;
    postern::gateway::SessionLimits limits_;
    postern::gateway::RemoteFacts facts_;
    std::uint64_t session_;
    std::vector<std::string> ids_;                           ///< RemoteRef::number is an index
    std::unordered_map<std::string, std::uint64_t> number_;  ///< the other way
    std::optional<postern::gateway::FetchRequest> outstanding_;
};

}  // namespace letterbox
