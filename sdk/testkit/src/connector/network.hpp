#pragma once
// The kit's network: lines between a connector and the peers of a World, in memory. Every use of a line is a step; at a chosen
// step, or after a chosen number of octets, the chosen trouble happens.
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "postern/net/stream.hpp"
#include "postern/runtime/event.hpp"
#include "postern/testkit/connector_world.hpp"

namespace postern::testkit {

enum class Step { dial, tls, read, write };

/// What goes wrong, once.
struct Trouble {
    enum class Kind {
        none,
        cut,         ///< the peer closes: end of stream, writes fail
        broken,      ///< the line fails at once
        hang,        ///< nothing comes or goes until the watchdog fires
        cancel,      ///< this side gives up, as when the server stops
        half_write,  ///< half of what is sent arrives, then the line breaks
        garbage,     ///< `octets` arrive instead of the reply
        flood,       ///< the reply is followed by `octets` again and again
        flood_half,  ///< half of the reply is
    };
    Kind kind = Kind::none;
    std::size_t step = 0;  ///< from 1, over all lines
    std::string octets{};
};
const char* to_string(Trouble::Kind kind);

class Line;

class Network final : public Dialer {
public:
    explicit Network(World& world) : world_(world) {}

    Task<Result<std::unique_ptr<Connection>>> dial(Target target) override;

    Trouble trouble;
    std::optional<std::uint64_t> cut_after;  ///< the peer closes after so many octets to the connector
    std::size_t chunk = std::numeric_limits<std::size_t>::max();  ///< octets of a read at most
    bool refuses = false;                                         ///< every dial
    std::optional<Error> tls_error;                               ///< of every handshake
    std::uint64_t flood_limit = 0;
    /// How long a read that nobody will answer waits for the watchdog; real time.
    std::chrono::milliseconds patience{20};

    std::vector<Step> steps;
    std::uint64_t octets_received = 0;  ///< by the connector
    std::size_t open_lines = 0;
    std::size_t dialed = 0;
    std::string plain;  ///< all that was sent without TLS
    std::vector<TlsClientOptions> handshakes;
    std::vector<Target> targets;
    std::vector<std::string> violations;  ///< of the rules of Connection

    /// Lets the peers say what they have to say unasked.
    void spread_news();
    /// Forgets what was counted.
    void reset();

private:
    friend class Line;
    /// Counts; answers what happens at this step.
    Trouble::Kind next(Step step);
    void violation(const std::string& text);

    World& world_;
    std::vector<Line*> lines_;
};

}  // namespace postern::testkit
