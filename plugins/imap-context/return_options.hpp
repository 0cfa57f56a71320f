#pragma once
#include "postern/imap/ext/command_handler.hpp"
#include "postern/imap/ext/search_option.hpp"

namespace postern::imap {

/// RETURN (UPDATE): tells what comes and goes from now on (RFC 5267 section 4.3).
class UpdateOption final : public SearchReturnOption {
public:
    static constexpr std::string_view option_name = "UPDATE";
    Result<std::unique_ptr<SearchReturn>> prepare(SearchPlan& plan, const Parameter& parameter,
                                                  ArgumentCursor& value) override;
};

/// RETURN (CONTEXT): a hint that more will be asked, which this server does not need (section 4.2).
class ContextOption final : public SearchReturnOption {
public:
    static constexpr std::string_view option_name = "CONTEXT";
    Result<std::unique_ptr<SearchReturn>> prepare(SearchPlan& plan, const Parameter& parameter,
                                                  ArgumentCursor& value) override;
};

/// CANCELUPDATE "tag" "tag" (section 4.3.5).
class CancelUpdateCommand final : public CommandHandler {
public:
    CommandTraits traits() const override { return {.states = in_selected}; }
    Task<CommandResult> run(CommandContext* context) override;
};

}  // namespace postern::imap
