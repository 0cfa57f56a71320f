#pragma once
// A POP3 session in the TRANSACTION state.
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "connector-pop3/capabilities.hpp"
#include "connector-pop3/listing.hpp"
#include "connector-pop3/wire.hpp"
#include "postern/gateway/connector.hpp"

namespace postern::pop3 {

class Pop3Session final : public gateway::RemoteSession {
public:
    Pop3Session(std::unique_ptr<Wire> wire, Capabilities capabilities);

    const gateway::RemoteFacts& facts() const override { return facts_; }
    bool alive() const override { return wire_->alive(); }

    /// The token is "count octets last-uidl": where STAT and the last id are the same, nothing is listed.
    Task<Outcome<gateway::PullPage>> pull(gateway::PullRequest request) override;

    std::size_t fetch_window() const override;
    Task<Outcome<void>> start_fetch(gateway::FetchRequest request) override;
    Task<Outcome<gateway::Fetched>> receive() override;

    Task<Outcome<std::vector<gateway::ActionResult>>> push(std::vector<gateway::Action> actions) override;
    Task<Outcome<void>> keep_alive() override;
    Task<Outcome<void>> close(CloseMode mode) override;
    Result<void> move_to(Executor executor) override;

private:
    Task<Outcome<bool>> same_as(Stat stat, std::string token);
    Task<Outcome<void>> list_ids(Listing* listing);
    Task<Outcome<void>> list_sizes(Listing* listing);
    Task<Outcome<void>> read_lines(Listing* listing, bool bare_lf, void (Listing::*add)(std::string_view));
    Task<Outcome<void>> check_length(std::uint64_t octets, gateway::FetchRequest request);
    gateway::PullPage page_of(Listing listing, std::size_t budget) const;
    bool belongs(gateway::RemoteRef ref) const { return ref.session == id_; }

    std::unique_ptr<Wire> wire_;
    Capabilities capabilities_;
    gateway::RemoteFacts facts_;
    std::uint64_t id_;
    std::deque<gateway::FetchRequest> outstanding_;
    std::size_t exact_sizes_ = 0;  ///< messages whose length was what LIST said
};

}  // namespace postern::pop3
