// FILTERS (RFC 5466): searches that are kept on the server under a name.
//
//     C: a1 SETMETADATA "" ("/private/filters/values/on-the-road" "OR SMALLER 5000 FROM \"boss@example.com\"")
//     C: a2 SEARCH UID 300:900 FILTER on-the-road SINCE 3-Dec-2002
#include "postern/plugin/plugin.hpp"
#include "filter_key.hpp"
#include "filter_values.hpp"
#include "postern/imap/ext/capability.hpp"

namespace postern::imap {
namespace {

/// Announced where clients can make filters (section 3.2).
class FiltersCapability final : public Capability {
public:
    int order() const override { return 1; }
    void contribute(const Session& /*session*/, CapabilityList& list) const override {
        if (list.has("METADATA")) list.add("FILTERS");
    }
};

class FiltersPlugin final : public Plugin {
public:
    explicit FiltersPlugin(Host& /*host*/) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        config.check_keys({"shared"}, problems);
        const ConfigNode shared = config["shared"];
        for (const auto& [name, criteria] : shared.fields()) loader_.add_shared(name, criteria.text());
    }
    Result<void> declare(Registrar& registrar) override {
        registrar.add<SearchKey>("FILTER", key_);
        registrar.add<CommandHook>("imap-filters", loader_);
        registrar.add<Capability>("FILTERS", capability_);
        return {};
    }

private:
    FilterKey key_;
    FilterLoader loader_;
    FiltersCapability capability_;
};

constexpr postern_interface dependencies[] = {
    {"imap", 0, 0, postern_requires}, {"imap-metadata", 0, 0, postern_uses}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::FiltersPlugin,
               {.id = "imap-filters",
                .summary = "IMAP FILTERS (RFC 5466)",
                .dependencies = postern::imap::dependencies,
                .config_schema = "shared: map  filters of all users, name to search criteria\n"});
