// APPENDLIMIT (RFC 7889): clients learn how large a message may be before they send it. One limit holds for all mailboxes,
// so the capability carries it.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/engine.hpp"

namespace postern::imap {
namespace {

class AppendLimitCapability final : public Capability {
public:
    void contribute(const Session& session, CapabilityList& list) const override {
        if ((in(session.state()) & in_authenticated) == 0) return;
        list.add("APPENDLIMIT=" + std::to_string(session.engine().append_limit()));
    }
};

class AppendLimitItem final : public StatusItem {
public:
    void write(const StatusSource& source, ResponseWriter& out) override {
        out.atom("APPENDLIMIT").number(source.session.engine().append_limit());
    }
};

class AppendLimitPlugin final : public Plugin {
public:
    explicit AppendLimitPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<StatusItem>("APPENDLIMIT", item_);
        registrar.add<Capability>("APPENDLIMIT", capability_);
        return {};
    }

private:
    AppendLimitItem item_;
    AppendLimitCapability capability_;
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::AppendLimitPlugin, {.id = "imap-appendlimit",
                                                  .summary = "IMAP APPENDLIMIT (RFC 7889)",
                                                  .dependencies = postern::imap::dependencies});
