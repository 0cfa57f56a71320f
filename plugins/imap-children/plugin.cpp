// CHILDREN (RFC 3348): \HasChildren and \HasNoChildren in LIST responses.
#include "postern/plugin/plugin.hpp"
#include "postern/imap/ext/capability.hpp"
#include "postern/imap/ext/list_option.hpp"

namespace postern::imap {
namespace {

/// Told in every LIST response; a client that lists what to return gets it where it asks (RFC 5258 section 4).
class ChildAttributes final : public MailboxAttributes {
public:
    void contribute(ListPlan& plan, ListEntry& entry) const override {
        if (plan.has_return && !plan.decorates("CHILDREN")) return;
        entry.attributes.emplace_back(entry.has_children ? "\\HasChildren" : "\\HasNoChildren");
    }
};

class ChildrenDecorator final : public ListDecorator {
public:
    std::string_view name() const override { return "CHILDREN"; }
};

class ChildrenReturn final : public ListReturn {
public:
    Result<std::unique_ptr<ListDecorator>> prepare(ListPlan& /*plan*/, const Parameter& parameter,
                                                   ArgumentCursor& value) override {
        if (parameter.has_value) return value.error("CHILDREN takes no value");
        return std::unique_ptr<ListDecorator>(std::make_unique<ChildrenDecorator>());
    }
};

class ChildrenPlugin final : public Plugin {
public:
    explicit ChildrenPlugin(Host& /*host*/) {}

    Result<void> declare(Registrar& registrar) override {
        registrar.add<MailboxAttributes>("imap-children", attributes_);
        registrar.add<ListReturn>("CHILDREN", return_);
        registrar.add<Capability>("CHILDREN", capability_);
        return {};
    }

private:
    ChildAttributes attributes_;
    ChildrenReturn return_;
    StaticCapability capability_{{"CHILDREN"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::ChildrenPlugin, {.id = "imap-children",
                                               .summary = "IMAP CHILDREN (RFC 3348)",
                                               .dependencies = postern::imap::dependencies});
