#include "tools/posternctl/mail_files.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "tools/posternctl/maildir.hpp"
#include "tools/posternctl/mbox.hpp"
#include "tools/posternctl/sieve_tools.hpp"

namespace posternctl {

using namespace postern;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t max_message = std::uint64_t{256} << 20;

bool is_maildir(const fs::path& path) {
    return fs::is_directory(path / "cur");
}

/// Messages of a Maildir, "cur/NAME" and "new/NAME", oldest first.
struct MaildirEntry {
    fs::path path;
    std::uint64_t octets = 0;
    UnixTime date = 0;
};

Result<std::vector<MaildirEntry>> list_maildir(const fs::path& folder) {
    std::vector<MaildirEntry> out;
    for (const char* part : {"cur", "new"}) {
        if (!fs::is_directory(folder / part)) continue;
        for (const auto& entry : fs::directory_iterator(folder / part)) {
            // Names with a dot first are nobody's messages.
            if (entry.path().filename().string().starts_with('.')) continue;
            struct stat facts {};
            if (stat(entry.path().c_str(), &facts) != 0)
                return Error(Errc::temporary, entry.path().string() + " cannot be read");
            if (S_ISREG(facts.st_mode))
                out.push_back({entry.path(), static_cast<std::uint64_t>(facts.st_size), facts.st_mtime});
        }
    }
    std::sort(out.begin(), out.end(), [](const MaildirEntry& a, const MaildirEntry& b) {
        return std::pair(a.date, a.path.filename()) < std::pair(b.date, b.path.filename());
    });
    return out;
}

std::uint64_t octets_of_maildir(const fs::path& folder) {
    const auto entries = list_maildir(folder);
    std::uint64_t octets = 0;
    if (!entries) return 0;
    for (const auto& entry : *entries) octets += entry.octets;
    return octets;
}

bool is_mbox(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string line(512, '\0');
    in.read(line.data(), static_cast<std::streamsize>(line.size()));
    line.resize(static_cast<std::size_t>(in.gcount()));
    line.resize(std::min(line.find('\n'), line.size()));
    return parse_from_line(line).has_value();
}

void find_maildirs(const fs::path& path, std::vector<MailFile>& out) {
    out.push_back({"INBOX", path, true, octets_of_maildir(path)});
    for (const auto& entry : fs::directory_iterator(path)) {
        const auto mailbox = maildir_mailbox(entry.path().filename().string());
        if (mailbox && is_maildir(entry.path()))
            out.push_back({*mailbox, entry.path(), true, octets_of_maildir(entry.path())});
    }
}

void find_mboxes(const fs::path& path, std::vector<MailFile>& out) {
    for (const auto& entry : fs::recursive_directory_iterator(path)) {
        if (!entry.is_regular_file()) continue;
        const std::string name = fs::relative(entry.path(), path).string();
        // An empty mailbox is an empty file: then its name must tell.
        const bool empty = entry.file_size() == 0 && name.ends_with(".mbox");
        if (empty || is_mbox(entry.path()))
            out.push_back({mbox_mailbox(name), entry.path(), false, entry.file_size()});
    }
}

Result<std::size_t> read_maildir(const MailFile& file,
                                 const std::function<Result<void>(FiledMail, std::uint64_t)>& take) {
    const auto list = read_file((file.path / MaildirKeywords::file).string());
    const MaildirKeywords keywords = MaildirKeywords::parse(list.value_or(""));
    const auto entries = list_maildir(file.path);
    if (!entries) return entries.error();
    std::uint64_t octets = 0;
    std::size_t too_large = 0;
    for (const MaildirEntry& entry : *entries) {
        octets += entry.octets;
        if (entry.octets > max_message) {
            ++too_large;
            continue;
        }
        const auto text = read_file(entry.path.string());
        if (!text) return Error(Errc::temporary, entry.path.string() + " cannot be read");
        FiledMail mail;
        mail.content = as_in_store(*text);
        mail.date = entry.date;
        if (entry.path.parent_path().filename() == "cur")
            read_maildir_suffix(entry.path.filename().string(), keywords, mail);
        auto taken = take(std::move(mail), octets);
        if (!taken) return taken.error();
    }
    return too_large;
}

Result<std::size_t> read_mbox(const MailFile& file,
                              const std::function<Result<void>(FiledMail, std::uint64_t)>& take) {
    std::ifstream in(file.path, std::ios::binary);
    if (!in) return Error(Errc::temporary, file.path.string() + " cannot be read");
    MboxReader reader(max_message);
    std::uint64_t octets = 0;
    for (std::string line; std::getline(in, line);) {
        if (!in.eof()) line += '\n';
        octets += line.size();
        auto mail = reader.line(line);
        if (reader.has_strange_start()) return Error(Errc::invalid, file.path.string() + " is not an mbox");
        if (!mail) continue;
        auto taken = take(std::move(*mail), octets);
        if (!taken) return taken.error();
    }
    if (in.bad()) return Error(Errc::temporary, file.path.string() + " cannot be read");
    if (auto mail = reader.finish()) {
        auto taken = take(std::move(*mail), octets);
        if (!taken) return taken.error();
    }
    return reader.too_large();
}

}  // namespace

std::vector<MailFile> find_mail(const fs::path& path) {
    std::vector<MailFile> out;
    if (!fs::is_directory(path))
        out.push_back({"INBOX", path, false, fs::file_size(path)});
    else if (is_maildir(path))
        find_maildirs(path, out);
    else
        find_mboxes(path, out);
    std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.mailbox < b.mailbox; });
    return out;
}

Result<std::size_t> read_mail(const MailFile& file,
                              const std::function<Result<void>(FiledMail, std::uint64_t)>& take) {
    return file.maildir ? read_maildir(file, take) : read_mbox(file, take);
}

}  // namespace posternctl
