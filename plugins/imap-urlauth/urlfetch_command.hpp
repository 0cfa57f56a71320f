#pragma once
#include "postern/imap/ext/command_handler.hpp"
#include "url_fetcher.hpp"

namespace postern::imap {

/// URLFETCH: what authorised URLs lead to (RFC 4467 section 7), as it is or decoded, with its structure (RFC 5524).
///
///     C: a1 URLFETCH "imap://joe@example.com/..." ("imap://joe@..." BINARY BODYPARTSTRUCTURE)
///     S: * URLFETCH "imap://joe@example.com/..." {28}...
class UrlFetchCommand final : public CommandHandler {
public:
    explicit UrlFetchCommand(const UrlFetcher& fetcher) : fetcher_(fetcher) {}
    CommandTraits traits() const override { return {.states = in_authenticated}; }
    Task<CommandResult> run(CommandContext* context) override;

private:
    struct Wanted {
        std::string url;
        bool extended = false;  ///< with parameters
        bool structure = false;
        bool body = false;
        bool binary = false;
    };
    static Result<std::vector<Wanted>> parse(ArgumentCursor& in);
    static Result<Wanted> parse_one(ArgumentCursor& in);
    static void write(Session& session, const Wanted& wanted, const FetchedUrl& fetched);

    const UrlFetcher& fetcher_;
};

}  // namespace postern::imap
