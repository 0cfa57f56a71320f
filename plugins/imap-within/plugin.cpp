// WITHIN (RFC 5032): SEARCH by the age of messages.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "within_key.hpp"

namespace postern::imap {
namespace {

class WithinPlugin final : public Plugin {
public:
    explicit WithinPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        for (WithinKey* key : {&older_, &younger_}) registrar.add<SearchKey>(key->name(), *key);
        registrar.add<Capability>("WITHIN", capability_);
        return {};
    }

    Result<void> resolve(const Lookup& lookup) override {
        const auto* mail = lookup.find<mail::MailService>();
        if (mail == nullptr) return Error(Errc::not_found, "there is no mail service");
        for (WithinKey* key : {&older_, &younger_}) key->set_clock(mail);
        return {};
    }

private:
    WithinKey older_{false};
    WithinKey younger_{true};
    StaticCapability capability_{{"WITHIN"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::WithinPlugin, {.id = "imap-within",
                                             .summary = "IMAP WITHIN (RFC 5032)",
                                             .dependencies = postern::imap::dependencies});
