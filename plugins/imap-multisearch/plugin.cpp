// MULTISEARCH (RFC 7377): one search over many mailboxes, whatever is selected.
//
//     C: a1 ESEARCH IN (mailboxes "folder1" subtree "folder2") unseen
//     S: * ESEARCH (TAG "a1" MAILBOX folder1 UIDVALIDITY 1) UID ALL 4001,4003
//     S: * ESEARCH (TAG "a1" MAILBOX folder2/banana UIDVALIDITY 503) UID ALL 3002
//     S: a1 OK ESEARCH completed
#include "postern/plugin/plugin.hpp"
#include "esearch_command.hpp"
#include "postern/imap/ext/capability.hpp"

namespace postern::imap {
namespace {

class MultisearchPlugin final : public Plugin {
public:
    explicit MultisearchPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHandler>("ESEARCH", command_);
        registrar.add<Capability>("MULTISEARCH", capability_);
        return {};
    }
    Result<void> resolve(const Lookup& lookup) override {
        command_.set_access(lookup.find<MailboxAccess>());
        return {};
    }

private:
    EsearchCommand command_;
    StaticCapability capability_{{"MULTISEARCH"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {
    {"imap", 0, 0, postern_requires}, {"imap-esearch", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::MultisearchPlugin, {.id = "imap-multisearch",
                                                  .summary = "IMAP MULTISEARCH (RFC 7377)",
                                                  .dependencies = postern::imap::dependencies});
