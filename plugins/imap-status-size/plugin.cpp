// STATUS=SIZE (RFC 8438): the octets of a mailbox's messages together, a counter the store keeps.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/status_item.hpp"

namespace postern::imap {
namespace {

class SizeItem final : public StatusItem {
public:
    void write(const StatusSource& source, ResponseWriter& out) override {
        out.atom("SIZE").number(source.info.bytes);
    }
};

class StatusSizePlugin final : public Plugin {
public:
    explicit StatusSizePlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<StatusItem>("SIZE", item_);
        registrar.add<Capability>("STATUS=SIZE", capability_);
        return {};
    }

private:
    SizeItem item_;
    StaticCapability capability_{{"STATUS=SIZE"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::StatusSizePlugin, {.id = "imap-status-size",
                                                 .summary = "IMAP STATUS=SIZE (RFC 8438)",
                                                 .dependencies = postern::imap::dependencies});
