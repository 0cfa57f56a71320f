// OBJECTID (RFC 8474): ids of mailboxes, messages and threads that last.
#include "postern/plugin/plugin.hpp"
#include "mailbox_id.hpp"
#include "message_ids.hpp"
#include "postern/imap/ext/capability.hpp"

namespace postern::imap {
namespace {

class ObjectIdPlugin final : public Plugin {
public:
    explicit ObjectIdPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<StatusItem>("MAILBOXID", mailbox_item_);
        registrar.add<ResponseCodes>("imap-objectid", codes_);
        registrar.add<FetchItemHandler>("EMAILID", email_item_);
        registrar.add<FetchItemHandler>("THREADID", thread_item_);
        registrar.add<SearchKey>("EMAILID", email_key_);
        registrar.add<SearchKey>("THREADID", thread_key_);
        registrar.add<Capability>("OBJECTID", capability_);
        return {};
    }

private:
    MailboxIdItem mailbox_item_;
    MailboxIdCodes codes_;
    ObjectIdItem email_item_{MessageIdKind::email};
    ObjectIdItem thread_item_{MessageIdKind::thread};
    ObjectIdKey email_key_{MessageIdKind::email};
    ObjectIdKey thread_key_{MessageIdKind::thread};
    StaticCapability capability_{{"OBJECTID"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::ObjectIdPlugin, {.id = "imap-objectid",
                                               .summary = "IMAP OBJECTID (RFC 8474)",
                                               .dependencies = postern::imap::dependencies});
