#pragma once
#include <map>
#include <string>
#include <string_view>

#include "postern/imap/ext/command_handler.hpp"

namespace postern::imap {

/// The filters a running command can name. Names are in capitals: METADATA knows no case.
struct FilterValues {
    std::map<std::string, std::string, std::less<>> criteria;
    int depth = 0;  ///< filters within filters
};

/// Null if the running command names none.
FilterValues* find_filters(Session& session);

/// Reads the user's filters before a command that names one is parsed (RFC 5466 section 3.1): they are annotations of the
/// server, /private/filters/values/NAME and /shared/filters/values/NAME.
class FilterLoader final : public CommandHook {
public:
    /// A filter that everybody has.
    void add_shared(std::string name, std::string criteria);
    bool prepares(const CommandContext& context) const override;
    Task<Result<void>> prepare(CommandContext* context) override;
    void after(CommandContext& context, CommandResult& result) override;

private:
    std::map<std::string, std::string, std::less<>> shared_;
};

}  // namespace postern::imap
