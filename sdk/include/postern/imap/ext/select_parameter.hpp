#pragma once
// Parameters of SELECT and EXAMINE (X20) and of CREATE (X25), RFC 4466 sections 2.1 and 2.2.
#include <memory>
#include <string>

#include "postern/export.hpp"
#include "postern/imap/argument_cursor.hpp"
#include "postern/mail/account.hpp"
#include "postern/plugin/registry.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"

namespace postern::imap {

class Session;

/// One parameter of one SELECT at work.
class POSTERN_SDK SelectStage {
public:
    virtual ~SelectStage();
    /// The mailbox is about to be opened (the former one is still selected); an error refuses the command.
    virtual Result<void> before_open(Session& session);
    /// The mailbox is selected and the standard responses are written; further ones go out here.
    virtual Task<Result<void>> opened(Session* session);
};

/// X20. Registered under the parameter's name.
class POSTERN_SDK SelectParameter {
public:
    static constexpr InterfaceId interface_id{"postern.imap.select_parameter", 1, 0};
    virtual ~SelectParameter();
    virtual Result<std::unique_ptr<SelectStage>> prepare(Session& session, const Parameter& parameter,
                                                         ArgumentCursor& value) = 0;
};

struct CreatePlan {
    Session& session;
    std::string name;  ///< UTF-8
    mail::Account::CreateOptions options;
};

/// X25. Registered under the parameter's name.
class POSTERN_SDK CreateParameter {
public:
    static constexpr InterfaceId interface_id{"postern.imap.create_parameter", 1, 0};
    virtual ~CreateParameter();
    /// Error texts may carry a code: "[USEATTR] ...".
    virtual Result<void> apply(CreatePlan& plan, const Parameter& parameter, ArgumentCursor& value) = 0;
};

}  // namespace postern::imap
