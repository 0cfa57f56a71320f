#pragma once
// What the core does for extensions: the engines behind FETCH, SEARCH, STATUS and COPY.
#include <string>
#include <string_view>
#include <vector>

#include "postern/auth/sasl_mechanism.hpp"
#include "postern/export.hpp"
#include "postern/imap/ext/append_source.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/command_handler.hpp"
#include "postern/imap/ext/fetch_item.hpp"
#include "postern/imap/ext/list_option.hpp"
#include "postern/imap/ext/search_option.hpp"
#include "postern/imap/ext/select_parameter.hpp"
#include "postern/imap/ext/status_item.hpp"
#include "postern/imap/ext/store_modifier.hpp"

namespace postern::imap {

/// Session::engine(). Pointer parameters outlive the call.
class POSTERN_SDK Engine {
public:
    virtual ~Engine();

    /// The tokens of CAPABILITY, as of now.
    virtual CapabilityList capabilities(const Session& session) const = 0;

    // FETCH
    /// An emitter for an item without arguments: "FLAGS". protocol_violation if nobody knows it.
    virtual Result<std::unique_ptr<FetchEmitter>> make_emitter(Session& session, std::string_view item) = 0;
    /// Parses "set SP items [SP modifiers]" into a plan whose slots are resolved and narrowed.
    virtual Result<FetchPlan> parse_fetch(Session& session, bool uid, ArgumentCursor& in) = 0;
    /// The items alone, as FETCH has them: a plan without messages.
    virtual Result<FetchPlan> parse_fetch_items(Session& session, bool uid, ArgumentCursor& in) = 0;
    /// Writes the responses of a plan: stages' before(), a FETCH response for each of plan->slots, stages' after().
    virtual Task<Result<void>> fetch(FetchPlan* plan) = 0;

    // SEARCH
    /// [SP "RETURN" SP "(" ... ")"] at the cursor.
    virtual Result<void> parse_search_returns(SearchPlan& plan, ArgumentCursor& in) = 0;
    /// [CHARSET ...] keys, up to the end, after the SP. unsupported: unknown charset, the text carries BADCHARSET.
    virtual Result<void> parse_search_program(SearchPlan& plan, ArgumentCursor& in) = 0;
    /// Charset, SP, keys, as SORT has them (RFC 5256 section 3).
    virtual Result<void> parse_search_with_charset(SearchPlan& plan, ArgumentCursor& in) = 0;
    /// Fills plan->result. Loads what is needed in batches.
    virtual Task<Result<void>> search(SearchPlan* plan) = 0;
    /// Return options, decorators, and the response.
    virtual Result<void> reply_to_search(SearchPlan& plan) = 0;
    /// Immutable parts of these messages of the selected mailbox, in their order, loaded at most at once; null where one is gone.
    virtual Task<Result<std::vector<mail::StoredMessagePtr>>> load(Session* session,
                                                                   std::vector<mail::Slot> slots) = 0;

    // APPEND
    /// The largest message taken, in octets.
    virtual std::uint64_t append_limit() const = 0;
    /// One message at context->args: SP, [flags SP], [date SP], options, then its octets from a literal or another
    /// source (RFC 3501 section 6.3.11, X26, X27). Checks its size.
    virtual Task<Result<mail::NewMail>> read_message(CommandContext* context) = 0;
    /// For CommandHandler::literal() of a command that takes messages; `args` stands before the SP of the first. Refuses
    /// what is too large and streams the rest.
    virtual LiteralDecision message_literal(Session& session, const LiteralOffer& offer,
                                            ArgumentCursor& args) = 0;

    // STATUS
    virtual StatusItem* find_status_item(std::string_view name) const = 0;
    /// "* STATUS name (...)", opening the mailbox if an item needs it. Errors: unknown item protocol_violation.
    virtual Task<Result<void>> write_status(Session* session, std::string mailbox,
                                            std::vector<std::string> items) = 0;

    /// X28, COPY and MOVE: parses "set SP mailbox" from context->args, transfers, and reports the operation. A moved
    /// message is told as expunged by the announcement that follows the command.
    virtual Task<CommandResult> transfer(CommandContext* context, bool move) = 0;
};

}  // namespace postern::imap
