#pragma once
// The commands of posternctl. Each answers the exit status: 0 done, 1 something is wrong, 2 used wrongly.
#include <string>
#include <vector>

namespace posternctl {

struct Invocation {
    std::string config;                  ///< configuration file
    std::vector<std::string> arguments;  ///< after the command's words
};

int plugins_list(const Invocation& call);
int plugins_inspect(const Invocation& call);
int account_list(const Invocation& call);
int account_add(const Invocation& call);
int account_password(const Invocation& call);
int account_remove(const Invocation& call);
int export_mail(const Invocation& call);
int held_list(const Invocation& call);
int held_cancel(const Invocation& call);
int hash_password(const Invocation& call);
int import_mail(const Invocation& call);
int mailbox_list(const Invocation& call);
int mailbox_create(const Invocation& call);
int mailbox_rename(const Invocation& call);
int mailbox_remove(const Invocation& call);
int message_list(const Invocation& call);
int message_restore(const Invocation& call);
int source_list(const Invocation& call);
int source_show(const Invocation& call);
int source_add(const Invocation& call);
int source_authorize(const Invocation& call);
int source_remove(const Invocation& call);
int source_password(const Invocation& call);
int source_release(const Invocation& call);
int source_cancel(const Invocation& call);
int key_list(const Invocation& call);
int key_rotate(const Invocation& call);
int quota_show(const Invocation& call);
int quota_set(const Invocation& call);
int quota_reset(const Invocation& call);
int script_list(const Invocation& call);
int script_show(const Invocation& call);
int script_put(const Invocation& call);
int script_activate(const Invocation& call);
int script_remove(const Invocation& call);
int sieve_apply(const Invocation& call);
int sieve_check(const Invocation& call);
int sieve_test(const Invocation& call);
int verify(const Invocation& call);

/// Prints `text` to standard error and answers `status`.
int fail(const std::string& text, int status = 1);

}  // namespace posternctl
