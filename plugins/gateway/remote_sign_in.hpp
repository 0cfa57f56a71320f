#pragma once
// Opens a session with what a source keeps: its password, or a token that its grant gives.
#include <memory>

#include "gateway/engine.hpp"

namespace postern::gateway {

/// On the account's core. auth_failed: the provider does not take the credential; definite, with a token: the user must
/// consent anew. `engine` outlives the call.
Task<Outcome<std::unique_ptr<RemoteSession>>> open_session(Engine* engine, std::shared_ptr<Source> source);

}  // namespace postern::gateway
