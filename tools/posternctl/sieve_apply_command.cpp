// sieve apply SCRIPT --mailbox NAME LOGIN: a script over mail that is stored already.
#include <boost/json.hpp>
#include <iostream>
#include <map>

#include "kernel/mail/grouped_delivery.hpp"
#include "kernel/mail/service.hpp"
#include "stored_mail.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/message_search.hpp"
#include "tools/posternctl/sieve_tools.hpp"
#include "tools/posternctl/store_access.hpp"
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
    bool json = false;
};

/// Says what is wrong.
std::optional<Options> read_options(std::vector<std::string> arguments) {
    Options out;
    const auto mailbox = take_option(arguments, "--mailbox");
    const auto search = take_option(arguments, "--search");
    out.rehearse = take_flag(arguments, "--dry-run");
    out.json = take_flag(arguments, "--json");
    if (!mailbox || arguments.size() != 2) {
        fail("usage: posternctl sieve apply SCRIPT --mailbox NAME [--search KEYS] [--dry-run] [--json] LOGIN",
             2);
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

/// The service over the store, for one account.
class Run {
public:
    Run(StoreAccess& access, sieve::Interpreter& engine)
        : access_(access), runtime_(*access.setup.runtime), runner_(engine) {
        runtime_.open_lane(LaneKind::store, 2, 1000);
        runtime_.open_lane(LaneKind::cpu, 1, 1000);
        runtime_.start();
        facade_ = runtime_.facade(std::make_shared<runtime::LeaseLedger>(), *access_.log);
        service_ = std::make_unique<mail::MailServiceImpl>(
            *facade_, *access_.store, *access_.log, mail::MailOptions{}, std::vector<mail::StoreGuard*>{});
        deliveries_ = std::make_unique<mail::GroupedDeliveryImpl>(*service_);
        runner_.set_services({service_.get(), deliveries_.get(), nullptr, access_.log.get()});
    }
    ~Run() { runtime_.stop(); }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    Result<std::vector<Uid>> find(AccountId account, const Options& options) {
        home_ = facade_->core_of(value_of(account));
        return runtime::run_and_wait(home_, find_on_core(account, &options));
    }
    Result<std::vector<sieve::StoredResult>> apply(std::span<const Uid> uids,
                                                   const sieve::ProgramPtr& program, bool rehearse) {
        sieve::StoredRequest request;
        request.account = account_;
        request.mailbox = mailbox_;
        for (const Uid uid : uids) request.messages.push_back({uid, {}});
        request.program = program;
        request.expunge = true;
        request.rehearse = rehearse;
        request.cause.protocol = "posternctl";
        request.cause.command = "sieve apply";
        request.cause.login = account_->login();
        return runtime::run_and_wait(home_, runner_.apply(std::move(request)));
    }

private:
    Task<Result<std::vector<Uid>>> find_on_core(AccountId id, const Options* options) {
        auto opened = co_await service_->open(id);
        if (!opened) co_return opened.error();
        account_ = std::move(*opened);
        const mail::MailboxInfo* info = account_->find_mailbox(options->mailbox);
        if (info == nullptr) co_return Error(Errc::not_found, "there is no mailbox " + options->mailbox);
        mailbox_ = info->id;
        auto mailbox = co_await account_->open_mailbox(mailbox_);
        if (!mailbox) co_return mailbox.error();
        auto found = co_await find_messages(account_, std::move(*mailbox), &options->keys);
        co_return found;
    }

    StoreAccess& access_;
    runtime::KernelRuntime& runtime_;
    sieve::StoredMailRunner runner_;
    std::unique_ptr<Runtime> facade_;
    std::unique_ptr<mail::MailServiceImpl> service_;
    std::unique_ptr<mail::GroupedDeliveryImpl> deliveries_;
    Executor home_;
    std::shared_ptr<mail::Account> account_;
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

void print_json(const Tally& tally, boost::json::array messages, bool rehearse) {
    boost::json::object left_out;
    for (const auto& [kind, count] : tally.left_out) left_out[kind] = count;
    std::cout << boost::json::object{{"dry_run", rehearse},
                                     {"messages", tally.messages},
                                     {"kept", tally.kept},
                                     {"filed", tally.filed},
                                     {"flagged", tally.flagged},
                                     {"removed", tally.removed},
                                     {"failed", tally.failed},
                                     {"left_out", std::move(left_out)},
                                     {"results", std::move(messages)}}
              << '\n';
}

void print(const Tally& tally, bool rehearse) {
    std::cout << tally.messages << " messages" << (rehearse ? ", if it were done: " : ": ") << tally.kept
              << " kept, " << tally.filed << " filed, " << tally.flagged << " with other flags, "
              << tally.removed << " removed, " << tally.failed << " failed\n";
    if (tally.left_out.empty()) return;
    std::cout << "Not done, because this mail is stored already and nothing is sent for it:";
    const char* separator = " ";
    for (const auto& [kind, count] : tally.left_out) {
        std::cout << separator << kind;
        if (count > 0) std::cout << " (" << count << ')';
        separator = ", ";
    }
    std::cout << '\n';
}

int apply_all(Run& run, const sieve::ProgramPtr& program, const std::vector<Uid>& uids,
              const Options& options) {
    Tally tally;
    // Without an envelope nobody is there who could be answered: it is never even tried.
    if (program->uses("vacation")) tally.left_out["vacation"] = 0;
    boost::json::array messages;
    Progress progress(uids.size());
    for (std::size_t begin = 0; begin < uids.size(); begin += at_once) {
        progress.show(begin);
        const std::size_t count = std::min(at_once, uids.size() - begin);
        auto results = run.apply(std::span(uids).subspan(begin, count), program, options.rehearse);
        if (!results) return fail(results.error().to_string());
        for (const sieve::StoredResult& result : *results) {
            tally.add(result);
            if (result.gone) continue;
            if (options.json) {
                messages.push_back(as_json(result));
            } else if (!result.failure.empty()) {
                progress.clear();
                std::cerr << "UID " << result.uid << ": " << one_line(result.failure) << '\n';
            } else if (options.rehearse) {
                progress.clear();
                std::cout << "UID " << result.uid << ": " << one_line(actions_of(result)) << '\n';
            }
        }
    }
    progress.clear();
    if (options.json)
        print_json(tally, std::move(messages), options.rehearse);
    else
        print(tally, options.rehearse);
    return tally.failed == 0 ? 0 : 1;
}

}  // namespace

int sieve_apply(const Invocation& call) {
    const auto options = read_options(call.arguments);
    if (!options) return 2;
    const auto access = open_store(call.config, options->rehearse ? Purpose::read : Purpose::alone);
    if (!access) return 1;
    sieve::Interpreter engine;
    engine.collect(access->setup.plugins->lookup());
    if (engine.registry().commands.empty()) return fail("the configuration does not list the plugin `sieve`");
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
