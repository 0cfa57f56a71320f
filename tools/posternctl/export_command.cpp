// export LOGIN FOLDER [--format maildir|mbox] [--mailbox NAME]: mail as files.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "postern/mail/whole_content.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/mail_access.hpp"
#include "tools/posternctl/maildir.hpp"
#include "tools/posternctl/mbox.hpp"
#include "tools/posternctl/options.hpp"
#include "tools/posternctl/output.hpp"
#include "tools/posternctl/progress.hpp"

namespace posternctl {

using namespace postern;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t at_once = 50;

struct Exported {
    Uid uid = 0;
    FiledMail mail;
};

/// The messages of a mailbox with UIDs from `from` on, a few of them.
Task<Result<std::vector<Exported>>> read_some(mail::Account* account, std::shared_ptr<mail::Mailbox> mailbox,
                                              Uid from) {
    const mail::SlotHold hold(mailbox);
    const auto view = mailbox->open_view(true);
    std::vector<mail::Slot> slots;
    std::vector<MessageId> ids;
    for (mail::Slot slot = view->lower_bound(from); slot != mail::no_slot && slots.size() < at_once;
         slot = view->next(slot)) {
        slots.push_back(slot);
        ids.push_back(mailbox->columns().message[slot]);
    }
    auto stored = co_await account->load_messages(std::move(ids));
    if (!stored) co_return stored.error();
    std::vector<Exported> out;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        if (!(*stored)[i]) co_return Error(Errc::corrupt, "a message is missing");
        auto content = co_await mail::read_whole(account, (*stored)[i]);
        if (!content) co_return content.error();
        const mail::Columns columns = mailbox->columns();
        const mail::Slot slot = slots[i];
        Exported& one = out.emplace_back();
        one.uid = columns.uid[slot];
        one.mail.content = **content;
        one.mail.flags = columns.flags[slot];
        one.mail.date = columns.internal_date[slot];
        for (const std::uint16_t keyword : mailbox->keyword_set(columns.keywords[slot]))
            one.mail.keywords.push_back(mailbox->keywords()[keyword]);
    }
    co_return out;
}

Task<Result<std::shared_ptr<mail::Mailbox>>> open_mailbox(mail::Account* account, MailboxId id) {
    auto opened = co_await account->open_mailbox(id);
    co_return opened;
}

std::string last_error() {
    return std::generic_category().message(errno);
}

/// Where the messages of one mailbox go. Errors: what the system says.
class Writer {
public:
    virtual ~Writer() = default;
    virtual Result<void> write(const Exported& message) = 0;
    virtual Result<void> finish() = 0;
    std::size_t keywords_left_out = 0;
};

Result<void> write_file(const fs::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::binary);
    out << text;
    out.close();
    if (!out) return Error(Errc::temporary, file.string() + ": " + last_error());
    return {};
}

class MaildirWriter final : public Writer {
public:
    explicit MaildirWriter(fs::path folder) : folder_(std::move(folder)) {
        for (const char* part : {"cur", "new", "tmp"}) fs::create_directories(folder_ / part);
        // Marks a folder of a Maildir++.
        if (folder_.filename().string().starts_with('.')) std::ofstream(folder_ / "maildirfolder");
    }
    Result<void> write(const Exported& message) override {
        const std::string text = as_in_files(message.mail.content);
        char name[80];
        std::snprintf(name, sizeof name, "%lld.M%010u.postern,S=%zu",
                      static_cast<long long>(message.mail.date), message.uid, text.size());
        const fs::path unfinished = folder_ / "tmp" / name;
        auto written = write_file(unfinished, text);
        if (!written) return written;
        const std::string suffix = maildir_suffix(message.mail, keywords_, keywords_left_out);
        const fs::path finished = folder_ / "cur" / (name + suffix);
        const timespec times[2] = {{message.mail.date, 0}, {message.mail.date, 0}};
        const bool placed = utimensat(AT_FDCWD, unfinished.c_str(), times, 0) == 0 &&
                            rename(unfinished.c_str(), finished.c_str()) == 0;
        if (!placed) return Error(Errc::temporary, finished.string() + ": " + last_error());
        return {};
    }
    Result<void> finish() override {
        return keywords_.empty() ? Result<void>()
                                 : write_file(folder_ / MaildirKeywords::file, keywords_.format());
    }

private:
    fs::path folder_;
    MaildirKeywords keywords_;
};

class MboxWriter final : public Writer {
public:
    explicit MboxWriter(fs::path file) : file_(std::move(file)) {
        fs::create_directories(file_.parent_path());
        out_.open(file_, std::ios::binary);
    }
    Result<void> write(const Exported& message) override {
        out_ << mbox_entry(message.mail);
        return state();
    }
    Result<void> finish() override {
        out_.close();
        return state();
    }

private:
    Result<void> state() const {
        if (!out_) return Error(Errc::temporary, file_.string() + ": " + last_error());
        return {};
    }

    fs::path file_;
    std::ofstream out_;
};

struct Options {
    std::string login;
    fs::path folder;
    bool mbox = false;
    std::optional<std::string> mailbox;
};

std::optional<Options> read_options(std::vector<std::string> arguments) {
    Options out;
    const std::string format = take_option(arguments, "--format").value_or("maildir");
    out.mailbox = take_option(arguments, "--mailbox");
    out.mbox = format == "mbox";
    if (arguments.size() != 2 || (!out.mbox && format != "maildir")) {
        fail("usage: posternctl export LOGIN FOLDER [--format maildir|mbox] [--mailbox NAME]", 2);
        return std::nullopt;
    }
    out.login = arguments[0];
    out.folder = arguments[1];
    return out;
}

/// A folder that is empty or not there yet: an export never mixes with other mail. "" or what is wrong.
std::string make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return folder.string() + ": " + error.message();
    const bool empty = fs::is_empty(folder, error);
    if (error) return folder.string() + ": " + error.message();
    return empty ? "" : folder.string() + " is not empty";
}

/// Until it is on the disk: who exports may remove the original next.
Result<void> make_durable(const fs::path& folder) {
    const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool done = descriptor >= 0 && syncfs(descriptor) == 0;
    const std::string error = last_error();
    if (descriptor >= 0) close(descriptor);
    if (!done) return Error(Errc::temporary, folder.string() + ": " + error);
    return {};
}

class Export {
public:
    Export(MailAccess& mail, const Options& options, std::vector<mail::MailboxInfo> mailboxes)
        : mail_(mail),
          options_(options),
          mailboxes_(std::move(mailboxes)),
          progress_(total(), total_octets()) {}

    /// Throws filesystem_error where a folder cannot be made.
    Result<void> run() {
        for (const mail::MailboxInfo& mailbox : mailboxes_) {
            std::unique_ptr<Writer> writer;
            if (options_.mbox)
                writer = std::make_unique<MboxWriter>(options_.folder / mbox_file(mailbox.name));
            else
                writer = std::make_unique<MaildirWriter>(options_.folder / maildir_folder(mailbox.name));
            auto done = write(mailbox, *writer);
            if (!done) return done;
        }
        progress_.clear();
        return make_durable(options_.folder);
    }
    int finish() {
        report_.set("format", std::string(options_.mbox ? "mbox" : "maildir"));
        report_.set("folder", options_.folder.string());
        report_.set("messages", messages_);
        report_.say(std::to_string(messages_) + " messages in " + std::to_string(mailboxes_.size()) +
                    (mailboxes_.size() == 1 ? " mailbox" : " mailboxes"));
        return report_.finish();
    }

private:
    std::size_t total() const {
        std::size_t out = 0;
        for (const auto& mailbox : mailboxes_) out += mailbox.total;
        return out;
    }
    std::uint64_t total_octets() const {
        std::uint64_t out = 0;
        for (const auto& mailbox : mailboxes_) out += mailbox.bytes;
        return out;
    }
    Result<void> write(const mail::MailboxInfo& info, Writer& writer) {
        auto opened = mail_.run(open_mailbox(mail_.account().get(), info.id));
        if (!opened) return opened.error();
        std::size_t messages = 0;
        std::uint64_t octets = 0;
        for (Uid next = 1; next != 0;) {
            auto some = mail_.run(read_some(mail_.account().get(), *opened, next));
            if (!some) return some.error();
            for (const Exported& one : *some) {
                auto written = writer.write(one);
                if (!written) return written;
                octets += one.mail.content.size();
                octets_ += one.mail.content.size();
                ++messages;
                progress_.show(++messages_, octets_);
            }
            next = some->size() < at_once ? 0 : some->back().uid + 1;
        }
        auto finished = writer.finish();
        if (!finished) return finished;
        progress_.clear();
        std::string line = info.name + ": " + std::to_string(messages) + " messages";
        if (writer.keywords_left_out > 0)
            line += "; " + std::to_string(writer.keywords_left_out) +
                    " keywords left out, because a Maildir has room for 26";
        report_.add("mailboxes",
                    {{"name", info.name},
                     {"messages", messages},
                     {"octets", octets},
                     {"keywords_left_out", writer.keywords_left_out}},
                    line);
        return {};
    }

    MailAccess& mail_;
    const Options& options_;
    std::vector<mail::MailboxInfo> mailboxes_;
    Report report_{"mailboxes"};
    Progress progress_;
    std::size_t messages_ = 0;
    std::uint64_t octets_ = 0;
};

}  // namespace

int export_mail(const Invocation& call) {
    const auto options = read_options(call.arguments);
    if (!options) return 2;
    const auto access = open_store(call.config, Purpose::read);
    if (!access) return 1;
    const auto account = access->session->find_account(options->login);
    if (!account) return fail(options->login + ": " + account.error().to_string());
    umask(077);
    const std::string wrong = make_folder(options->folder);
    if (!wrong.empty()) return fail(wrong);
    MailAccess mail(*access);
    const auto opened = mail.open(account->id);
    if (!opened) return fail(opened.error().to_string());
    std::vector<mail::MailboxInfo> mailboxes;
    for (const auto& mailbox : mail.account()->mailboxes()) {
        if (!options->mailbox || mailbox.name == *options->mailbox) mailboxes.push_back(mailbox);
    }
    if (mailboxes.empty()) return fail("there is no mailbox " + options->mailbox.value_or(""));
    Export run(mail, *options, std::move(mailboxes));
    try {
        const auto done = run.run();
        return done ? run.finish() : fail(done.error().to_string());
    } catch (const fs::filesystem_error& error) {
        return fail(error.what());
    }
}

}  // namespace posternctl
