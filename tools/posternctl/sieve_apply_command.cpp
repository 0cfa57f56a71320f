// sieve apply SCRIPT --mailbox NAME LOGIN: a script over mail that is stored already.
#include <boost/json/value_from.hpp>
#include <iostream>
#include <map>

#include "kernel/mail/grouped_delivery.hpp"
#include "stored_mail.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/mail_access.hpp"
#include "tools/posternctl/message_search.hpp"
#include "tools/posternctl/options.hpp"
#include "tools/posternctl/output.hpp"
#include "tools/posternctl/progress.hpp"
#include "tools/posternctl/sieve_tools.hpp"
#include "tools/posternctl/terminal.hpp"

namespace posternctl {

using namespace postern;

namespace {

constexpr std::size_t at_once = 50;

struct Options {
    std::string script;
    std::string login;
    std::string mailbox;
    imap::SearchNode keys;
    bool rehearse = false;
};

/// Says what is wrong.
std::optional<Options> read_options(std::vector<std::string> arguments) {
    Options out;
    const auto mailbox = take_option(arguments, "--mailbox");
    const auto search = take_option(arguments, "--search");
    out.rehearse = take_flag(arguments, "--dry-run");
    if (!mailbox || arguments.size() != 2) {
        fail("usage: posternctl sieve apply SCRIPT --mailbox NAME [--search KEYS] [--dry-run] LOGIN", 2);
        return std::nullopt;
    }
    out.mailbox = *mailbox;
    out.script = arguments[0];
    out.login = arguments[1];
    if (!search) return out;
    auto keys = parse_search(*search);
    if (!keys) {
        fail("--search: " + keys.error().text, 2);
        return std::nullopt;
    }
    out.keys = std::move(*keys);
    return out;
}

/// What was done, or with --dry-run would be.
struct Tally {
    std::size_t messages = 0;
    std::size_t kept = 0;
    std::size_t filed = 0;
    std::size_t flagged = 0;
    std::size_t removed = 0;
    std::size_t failed = 0;
    std::map<std::string, std::size_t> left_out;

    void add(const sieve::StoredResult& result) {
        if (result.gone) return;
        ++messages;
        kept += result.removed ? 0 : 1;
        filed += result.copies > 0 ? 1 : 0;
        flagged += result.changed_flags.empty() ? 0 : 1;
        removed += result.removed && result.copies == 0 ? 1 : 0;
        failed += result.failure.empty() ? 0 : 1;
        for (const std::string& kind : result.left_out) ++left_out[kind];
    }
};

std::string actions_of(const sieve::StoredResult& result) {
    std::string out;
    for (const sieve::Action& action : result.actions) out += (out.empty() ? "" : "; ") + action.to_string();
    return out;
}

/// One mailbox and the interpreter.
class Run {
public:
    Run(StoreAccess& access, const sieve::Engine& engine)
        : mail_(access), deliveries_(mail_.service()), runner_(engine) {
        runner_.set_services({&mail_.service(), &deliveries_, nullptr, access.log.get()});
    }

    Result<std::vector<Uid>> find(AccountId account, const Options& options) {
        const auto opened = mail_.open(account);
        if (!opened) return opened.error();
        const mail::MailboxInfo* info = mail_.account()->find_mailbox(options.mailbox);
        if (info == nullptr) return Error(Errc::not_found, "there is no mailbox " + options.mailbox);
        mailbox_ = info->id;
        return mail_.run(find_on_core(mail_.account(), mailbox_, &options.keys));
    }
    Result<std::vector<sieve::StoredResult>> apply(std::span<const Uid> uids,
                                                   const sieve::ProgramPtr& program, bool rehearse) {
        sieve::StoredRequest request;
        request.account = mail_.account();
        request.mailbox = mailbox_;
        for (const Uid uid : uids) request.messages.push_back({uid, {}});
        request.program = program;
        request.expunge = true;
        request.rehearse = rehearse;
        request.cause.protocol = "posternctl";
        request.cause.command = "sieve apply";
        request.cause.login = mail_.account()->login();
        return mail_.run(runner_.apply(std::move(request)));
    }

private:
    static Task<Result<std::vector<Uid>>> find_on_core(std::shared_ptr<mail::Account> account, MailboxId id,
                                                       const imap::SearchNode* keys) {
        auto mailbox = co_await account->open_mailbox(id);
        if (!mailbox) co_return mailbox.error();
        auto found = co_await find_messages(account, std::move(*mailbox), keys);
        co_return found;
    }

    MailAccess mail_;
    mail::GroupedDeliveryImpl deliveries_;
    sieve::StoredMailRunner runner_;
    MailboxId mailbox_{};
};

boost::json::object as_json(const sieve::StoredResult& result) {
    boost::json::object out{{"uid", result.uid}, {"copies", result.copies}, {"removed", result.removed}};
    boost::json::array actions;
    for (const sieve::Action& action : result.actions) actions.emplace_back(action.to_string());
    out["actions"] = std::move(actions);
    out["changed_flags"] = boost::json::value_from(result.changed_flags);
    out["left_out"] = boost::json::value_from(result.left_out);
    if (!result.failure.empty()) out["failure"] = result.failure;
    return out;
}

int print(Report& report, const Tally& tally, bool rehearse) {
    boost::json::object left_out;
    std::string text;
    for (const auto& [kind, count] : tally.left_out) {
        left_out[kind] = count;
        text += (text.empty() ? " " : ", ") + kind + (count > 0 ? " (" + std::to_string(count) + ')' : "");
    }
    report.set("dry_run", rehearse);
    report.set("messages", tally.messages);
    report.set("kept", tally.kept);
    report.set("filed", tally.filed);
    report.set("flagged", tally.flagged);
    report.set("removed", tally.removed);
    report.set("failed", tally.failed);
    report.set("left_out", std::move(left_out));
    report.say(std::to_string(tally.messages) + " messages" + (rehearse ? ", if it were done: " : ": ") +
               std::to_string(tally.kept) + " kept, " + std::to_string(tally.filed) + " filed, " +
               std::to_string(tally.flagged) + " with other flags, " + std::to_string(tally.removed) +
               " removed, " + std::to_string(tally.failed) + " failed");
    if (!text.empty())
        report.say("Not done, because this mail is stored already and nothing is sent for it:" + text);
    return report.finish(tally.failed == 0 ? 0 : 1);
}

void show(Report& report, Progress& progress, const sieve::StoredResult& result, bool rehearse) {
    const std::string line = "UID " + std::to_string(result.uid) + ": ";
    if (speaks_json()) {
        report.add("results", as_json(result), "");
    } else if (!result.failure.empty()) {
        progress.clear();
        std::cerr << line << one_line(result.failure) << '\n';
    } else if (rehearse) {
        progress.clear();
        report.say(line + one_line(actions_of(result)));
    }
}

int apply_all(Run& run, const sieve::ProgramPtr& program, const std::vector<Uid>& uids,
              const Options& options) {
    Tally tally;
    // Without an envelope nobody is there who could be answered: it is never even tried.
    if (program->uses("vacation")) tally.left_out["vacation"] = 0;
    Report report({"results"});
    Progress progress(uids.size());
    for (std::size_t begin = 0; begin < uids.size(); begin += at_once) {
        progress.show(begin);
        const std::size_t count = std::min(at_once, uids.size() - begin);
        auto results = run.apply(std::span(uids).subspan(begin, count), program, options.rehearse);
        if (!results) return fail(results.error().to_string());
        for (const sieve::StoredResult& result : *results) {
            tally.add(result);
            if (!result.gone) show(report, progress, result, options.rehearse);
        }
    }
    progress.clear();
    return print(report, tally, options.rehearse);
}

}  // namespace

int sieve_apply(const Invocation& call) {
    const auto options = read_options(call.arguments);
    if (!options) return 2;
    const auto access = open_store(call.config, options->rehearse ? Purpose::read : Purpose::alone);
    if (!access) return 1;
    sieve::Interpreter engine;
    if (!engine.imitate(access->setup.plugins->lookup())) {
        return fail("the configuration does not list the plugin `sieve`");
    }
    const auto program = compile_file(engine, options->script);
    if (!program) return 1;
    const auto account = access->session->find_account(options->login);
    if (!account) return fail(options->login + ": " + account.error().to_string());
    Run run(*access, engine);
    const auto uids = run.find(account->id, *options);
    if (!uids) return fail(uids.error().to_string());
    return apply_all(run, program, *uids, *options);
}

}  // namespace posternctl
