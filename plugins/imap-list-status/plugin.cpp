// LIST-STATUS (RFC 5819): the counters of many mailboxes in one round trip.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "status_return.hpp"

namespace postern::imap {
namespace {

class ListStatusPlugin final : public Plugin {
public:
    explicit ListStatusPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<ListReturn>("STATUS", status_);
        registrar.add<Capability>("LIST-STATUS", capability_);
        return {};
    }

private:
    StatusReturn status_;
    StaticCapability capability_{{"LIST-STATUS"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {
    {"imap", 0, 0, postern_requires}, {"imap-list-extended", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::ListStatusPlugin, {.id = "imap-list-status",
                                                 .summary = "IMAP LIST-STATUS (RFC 5819)",
                                                 .dependencies = postern::imap::dependencies});
