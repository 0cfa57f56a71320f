// posternctl: what an operator does beside the running server.
#include <csignal>
#include <iostream>

#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/output.hpp"

namespace {

using posternctl::Invocation;

struct Command {
    std::vector<std::string> words;
    const char* arguments;
    const char* summary;
    int (*run)(const Invocation&);
};

const std::vector<Command>& commands() {
    static const std::vector<Command> all = {
        {{"plugins", "list"}, "", "the plugins at hand, with version and summary", posternctl::plugins_list},
        {{"plugins", "inspect"},
         "FILE",
         "what a plugin file says of itself; runs none of it",
         posternctl::plugins_inspect},
        {{"account", "list"}, "", "accounts with messages and octets", posternctl::account_list},
        {{"account", "add"},
         "LOGIN",
         "make an account; the password is asked for, or read from standard input",
         posternctl::account_add},
        {{"account", "password"}, "LOGIN", "set the password, in the same way", posternctl::account_password},
        {{"account", "remove"},
         "LOGIN --yes",
         "remove an account with all its mail",
         posternctl::account_remove},
        {{"hash"}, "", "turn a password into a verifier for `users:`", posternctl::hash_password},
        {{"export"},
         "LOGIN FOLDER [--format maildir|mbox] [--mailbox NAME]",
         "mail as files, with flags and dates",
         posternctl::export_mail},
        {{"import"},
         "LOGIN PATH [--mailbox NAME] [--duplicates]",
         "mail from Maildirs and mboxes; what a mailbox has already is left out",
         posternctl::import_mail},
        {{"held", "list"}, "[LOGIN]", "messages that wait to be sent (FUTURERELEASE)", posternctl::held_list},
        {{"held", "cancel"}, "LOGIN ID", "one of them is not sent", posternctl::held_cancel},
        {{"mailbox", "list"},
         "LOGIN",
         "mailboxes with messages, unseen ones and octets",
         posternctl::mailbox_list},
        {{"mailbox", "create"}, "LOGIN NAME", "make one, and subscribe it", posternctl::mailbox_create},
        {{"mailbox", "rename"},
         "LOGIN FROM TO",
         "give it, and those below it, another name",
         posternctl::mailbox_rename},
        {{"mailbox", "remove"}, "LOGIN NAME --yes", "remove it with its mail", posternctl::mailbox_remove},
        {{"message", "list"},
         "LOGIN",
         "expunged messages that can still be restored",
         posternctl::message_list},
        {{"message", "restore"},
         "LOGIN ID|all [MAILBOX]",
         "put them back, into INBOX if no mailbox is given",
         posternctl::message_restore},
        {{"source", "list"},
         "[LOGIN]",
         "remote mailboxes: last poll, failure, what the brakes hold",
         posternctl::source_list},
        {{"source", "show"},
         "LOGIN",
         "its state, what waits, and each message that a brake holds or that cannot be fetched",
         posternctl::source_show},
        {{"source", "add"},
         "LOGIN NAME-THERE [--provider KEY] [--mailbox M]",
         "collect a remote mailbox into an account with a password of its own",
         posternctl::source_add},
        {{"source", "authorize"},
         "LOGIN [NAME-THERE] [--browser]",
         "let its user consent (OAuth 2): with a code on any device, or in a browser",
         posternctl::source_authorize},
        {{"source", "password"},
         "LOGIN [NAME-THERE]",
         "the password there is another one now",
         posternctl::source_password},
        {{"source", "remove"},
         "LOGIN NAME-THERE --yes",
         "collect it no more; what was collected stays",
         posternctl::source_remove},
        {{"source", "release"},
         "LOGIN",
         "what the brakes hold is meant: do it at the next poll",
         posternctl::source_release},
        {{"source", "cancel"},
         "LOGIN",
         "it is not: expunged messages come back, missing ones stay here",
         posternctl::source_cancel},
        {{"key", "list"},
         "",
         "the master keys, and how many sources are sealed under each",
         posternctl::key_list},
        {{"key", "rotate"},
         "",
         "a new master key; everything is sealed under it, beside the running server",
         posternctl::key_rotate},
        {{"quota", "show"}, "LOGIN", "usage and limits of an account", posternctl::quota_show},
        {{"quota", "set"},
         "LOGIN [RESOURCE N]...",
         "limits of its own: STORAGE (KB), MESSAGE, MAILBOX, ANNOTATION-STORAGE (KB)",
         posternctl::quota_set},
        {{"quota", "reset"}, "LOGIN", "the limits of the settings again", posternctl::quota_reset},
        {{"script", "list"}, "LOGIN", "Sieve scripts of an account", posternctl::script_list},
        {{"script", "show"}, "LOGIN NAME", "the text of one", posternctl::script_show},
        {{"script", "put"},
         "LOGIN NAME FILE [--activate]",
         "store one, if it has no faults",
         posternctl::script_put},
        {{"script", "activate"},
         "LOGIN NAME",
         "let it filter new mail; \"\" lets none",
         posternctl::script_activate},
        {{"script", "remove"}, "LOGIN NAME", "remove one that is not active", posternctl::script_remove},
        {{"sieve", "check"},
         "SCRIPT",
         "the faults of a Sieve script, with their places",
         posternctl::sieve_check},
        {{"sieve", "test"},
         "SCRIPT MESSAGE [--from A] [--to A]",
         "what a script would do with a message",
         posternctl::sieve_test},
        {{"sieve", "apply"},
         "SCRIPT --mailbox NAME [--search KEYS] [--dry-run] LOGIN",
         "run a script over mail that is stored already",
         posternctl::sieve_apply},
        {{"verify"},
         "[LOGIN]",
         "replay logs and snapshots and compare them with the counters",
         posternctl::verify},
    };
    return all;
}

int usage(std::ostream& out, int status) {
    out << "Usage: posternctl [--config FILE] [--json] COMMAND\n\n";
    for (const auto& command : commands()) {
        std::string head;
        for (const auto& word : command.words) head += word + " ";
        head += command.arguments;
        head.resize(std::max<std::size_t>(head.size() + 1, 42), ' ');
        out << "  " << head << command.summary << '\n';
    }
    out << "\nThe configuration is /etc/postern/postern.yaml if none is named. With --json, which\n"
           "may stand anywhere, standard output is one JSON object, and errors are {\"error\": TEXT}.\n";
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    Invocation call{"/etc/postern/postern.yaml", {argv + 1, argv + argc}};
    auto& words = call.arguments;
    if (std::erase(words, "--json") > 0) posternctl::speak_json();
    if (words.size() >= 2 && words[0] == "--config") {
        call.config = words[1];
        words.erase(words.begin(), words.begin() + 2);
    }
    if (words.empty()) return usage(std::cerr, 2);
    if (words[0] == "--help" || words[0] == "help") return usage(std::cout, 0);
    for (const auto& command : commands()) {
        if (words.size() < command.words.size()) continue;
        if (!std::equal(command.words.begin(), command.words.end(), words.begin())) continue;
        words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(command.words.size()));
        return command.run(call);
    }
    if (posternctl::speaks_json()) return posternctl::fail("there is no such command", 2);
    return usage(std::cerr, 2);
}
