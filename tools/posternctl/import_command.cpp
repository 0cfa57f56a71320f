// import LOGIN PATH [--mailbox NAME] [--duplicates]: Maildirs and mboxes into an account.
#include <filesystem>
#include <map>

#include "kernel/mail/content_codec.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/mail_access.hpp"
#include "tools/posternctl/mail_files.hpp"
#include "tools/posternctl/options.hpp"
#include "tools/posternctl/output.hpp"
#include "tools/posternctl/progress.hpp"
#include "tools/posternctl/terminal.hpp"

namespace posternctl {

using namespace postern;

namespace {

constexpr std::size_t messages_at_once = 100;
constexpr std::size_t octets_at_once = std::size_t{8} << 20;

struct Options {
    std::string login;
    std::filesystem::path path;
    std::optional<std::string> mailbox;
    bool duplicates = false;

    /// The mailbox here: below `mailbox` if one is given, which then stands for INBOX.
    std::string target(const std::string& name) const {
        if (!mailbox) return name;
        return name == "INBOX" ? *mailbox : *mailbox + mail::hierarchy_delimiter + name;
    }
};

mail::Cause cause_of(const mail::Account& account) {
    mail::Cause out;
    out.protocol = "posternctl";
    out.command = "import";
    out.login = account.login();
    return out;
}

/// How often each content is in a mailbox.
using Known = std::map<ContentHash, std::size_t>;

struct Target {
    MailboxId id{};
    bool created = false;
    Known known;
};

Task<Result<Known>> read_known(mail::Account* account, MailboxId id) {
    constexpr std::size_t at_once = 500;
    auto mailbox = co_await account->open_mailbox(id);
    if (!mailbox) co_return mailbox.error();
    const auto view = (*mailbox)->open_view(true);
    std::vector<MessageId> ids;
    for (mail::Slot slot = view->lower_bound(1); slot != mail::no_slot; slot = view->next(slot))
        ids.push_back((*mailbox)->columns().message[slot]);
    Known out;
    for (std::size_t begin = 0; begin < ids.size(); begin += at_once) {
        const auto first = ids.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last = ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), begin + at_once));
        std::vector<MessageId> some(first, last);
        auto stored = co_await account->load_messages(std::move(some));
        if (!stored) co_return stored.error();
        for (const auto& message : *stored) {
            if (message) ++out[message->content];
        }
    }
    co_return out;
}

/// The mailbox, made and subscribed if it is not there.
Task<Result<Target>> open_target(mail::Account* account, std::string name) {
    Target out;
    if (const mail::MailboxInfo* found = account->find_mailbox(name)) {
        out.id = found->id;
        auto known = co_await read_known(account, out.id);
        if (!known) co_return known.error();
        out.known = std::move(*known);
        co_return out;
    }
    mail::Account::CreateOptions options;
    options.cause = cause_of(*account);
    auto made = co_await account->create_mailbox(name, std::move(options));
    if (!made) co_return made.error();
    out.id = *made;
    out.created = true;
    auto subscribed = co_await account->set_subscribed(name, true, cause_of(*account));
    if (!subscribed) co_return subscribed.error();
    co_return out;
}

Task<Result<void>> deliver(mail::Account* account, MailboxId mailbox, std::vector<FiledMail> batch) {
    mail::DeliveryRequest request;
    request.mailbox = mailbox;
    request.cause = cause_of(*account);
    for (FiledMail& one : batch) {
        mail::NewMail& mail = request.messages.emplace_back();
        mail.content = std::make_shared<const std::string>(std::move(one.content));
        mail.flags = one.flags;
        mail.keywords = std::move(one.keywords);
        mail.internal_date = one.date;
    }
    auto delivered = co_await account->deliver(std::move(request));
    if (!delivered) co_return delivered.error();
    co_return Result<void>();
}

class Import {
public:
    Import(MailAccess& mail, const Options& options, std::uint64_t octets)
        : mail_(mail), options_(options), progress_(0, octets) {}

    Result<void> take(const MailFile& file) {
        auto target = mail_.run(open_target(mail_.account().get(), options_.target(file.mailbox)));
        if (!target)
            return Error(target.error().code, options_.target(file.mailbox) + ": " + target.error().text);
        target_ = std::move(*target);
        stored_ = present_ = 0;
        const auto too_large = read_mail(
            file, [this](FiledMail mail, std::uint64_t octets) { return add(std::move(mail), octets); });
        if (!too_large) return too_large.error();
        auto flushed = flush();
        if (!flushed) return flushed;
        tell(file, *too_large);
        octets_before_ += file.octets;
        return {};
    }
    int finish() {
        progress_.clear();
        report_.set("messages", stored_in_all_);
        report_.set("present", present_in_all_);
        report_.set("too_large", too_large_in_all_);
        std::string line = std::to_string(stored_in_all_) + " messages imported";
        if (present_in_all_ > 0) line += ", " + std::to_string(present_in_all_) + " were there";
        if (too_large_in_all_ > 0) line += ", " + std::to_string(too_large_in_all_) + " are too large";
        report_.say(line);
        return report_.finish(too_large_in_all_ == 0 ? 0 : 1);
    }

private:
    Result<void> add(FiledMail mail, std::uint64_t octets) {
        octets_ = octets_before_ + octets;
        if (!options_.duplicates) {
            // As often as it was there before: what is twice in the files is twice here.
            const auto known = target_.known.find(mail::hash_of(mail.content));
            if (known != target_.known.end() && known->second > 0) {
                --known->second;
                ++present_;
                return {};
            }
        }
        batch_octets_ += mail.content.size();
        batch_.push_back(std::move(mail));
        const bool full = batch_.size() >= messages_at_once || batch_octets_ >= octets_at_once;
        return full ? flush() : Result<void>();
    }
    Result<void> flush() {
        const std::size_t count = batch_.size();
        batch_octets_ = 0;
        if (count > 0) {
            std::vector<FiledMail> batch = std::move(batch_);
            batch_.clear();
            auto delivered = mail_.run(deliver(mail_.account().get(), target_.id, std::move(batch)));
            if (!delivered) return delivered;
        }
        stored_ += count;
        stored_in_all_ += count;
        progress_.show(stored_in_all_, octets_);
        return {};
    }
    void tell(const MailFile& file, std::size_t too_large) {
        progress_.clear();
        present_in_all_ += present_;
        too_large_in_all_ += too_large;
        const std::string name = options_.target(file.mailbox);
        report_.add("mailboxes",
                    {{"name", name},
                     {"path", file.path.string()},
                     {"created", target_.created},
                     {"messages", stored_},
                     {"present", present_},
                     {"too_large", too_large}},
                    one_line(name) + ": " + std::to_string(stored_) + " messages");
    }

    MailAccess& mail_;
    const Options& options_;
    Report report_{"mailboxes"};
    Progress progress_;
    Target target_;
    std::vector<FiledMail> batch_;
    std::size_t batch_octets_ = 0;
    std::size_t stored_ = 0, present_ = 0;  // of this mailbox
    std::size_t stored_in_all_ = 0, present_in_all_ = 0, too_large_in_all_ = 0;
    std::uint64_t octets_ = 0, octets_before_ = 0;
};

int import_all(MailAccess& mail, const Options& options) {
    const auto files = find_mail(options.path);
    if (files.empty()) return fail(options.path.string() + ": there is no mail");
    std::uint64_t octets = 0;
    for (const MailFile& file : files) octets += file.octets;
    Import run(mail, options, octets);
    for (const MailFile& file : files) {
        const auto done = run.take(file);
        if (!done) return fail(done.error().to_string());
    }
    return run.finish();
}

}  // namespace

int import_mail(const Invocation& call) {
    std::vector<std::string> arguments = call.arguments;
    Options options;
    options.mailbox = take_option(arguments, "--mailbox");
    options.duplicates = take_flag(arguments, "--duplicates");
    if (arguments.size() != 2)
        return fail("usage: posternctl import LOGIN PATH [--mailbox NAME] [--duplicates]", 2);
    options.login = arguments[0];
    options.path = arguments[1];
    const auto access = open_store(call.config, Purpose::alone);
    if (!access) return 1;
    const auto account = access->session->find_account(options.login);
    if (!account) return fail(options.login + ": " + account.error().to_string());
    MailAccess mail(*access);
    const auto opened = mail.open(account->id);
    if (!opened) return fail(opened.error().to_string());
    try {
        return import_all(mail, options);
    } catch (const std::filesystem::filesystem_error& error) {
        return fail(error.what());
    }
}

}  // namespace posternctl
