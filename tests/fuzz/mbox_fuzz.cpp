// mbox files of others; what is read must come back from what is written of it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/posternctl/support/read_mbox.hpp"
#include "tools/posternctl/maildir.hpp"

using namespace posternctl;

constexpr std::size_t largest = 4096;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    for (FiledMail& mail : test::read_mbox(input, MboxReader(largest))) {
        // Years that have not four digits and messages that end within a line do not come back as they were.
        mail.date = 1'000'000'000;
        if (!mail.content.ends_with("\r\n")) mail.content += "\r\n";
        const auto again = test::read_mbox(mbox_entry(mail), MboxReader(largest));
        if (again.size() > 1) __builtin_trap();
        if (again.empty()) continue;  // too large, or c-client's own
        if (again[0].flags != mail.flags || again[0].keywords != mail.keywords) __builtin_trap();
        if (again[0].content != mail.content) __builtin_trap();
    }
    FiledMail read;
    read_maildir_suffix(input, MaildirKeywords::parse(input), read);
    const auto mailbox = maildir_mailbox(input);
    if (mailbox && maildir_mailbox(maildir_folder(*mailbox)).value_or("").empty() && *mailbox != "INBOX" &&
        mailbox->find("//") == std::string::npos && !mailbox->starts_with('/') && !mailbox->ends_with('/'))
        __builtin_trap();
    return 0;
}
