// METADATA and METADATA-SERVER (RFC 5464): annotations of mailboxes and of the server.
#include "postern/plugin/plugin.hpp"
#include "get_metadata.hpp"
#include "metadata_updates.hpp"
#include "postern/config/config_node.hpp"
#include "postern/imap/metadata_entry.hpp"
#include "set_metadata.hpp"

namespace postern::imap {
namespace {

/// A value may hold NUL, as literal8 (section 5).
class Literal8 final : public Feature {
public:
    void apply(SessionFeatures& features) const override { features.lexical.literal8 = true; }
};

class MetadataPlugin final : public Plugin {
public:
    explicit MetadataPlugin(Host& /*host*/) {}

    void configure(const ConfigNode& config, Diagnostics& problems) override {
        config.check_keys({"max_size", "max_entries", "comment", "admin"}, problems);
        settings_.max_size = config.get_size("max_size", settings_.max_size, problems);
        if (settings_.max_size < 1024 || settings_.max_size > 512 * 1024)
            problems.error(config["max_size"].place(), "`max_size` is between 1k (RFC 5464) and 512k");
        settings_.max_entries =
            static_cast<std::size_t>(config.get_int("max_entries", 100, 10, 10'000, problems));
        for (const char* key : {"comment", "admin"}) {
            const std::string value = config.get_string(key, "", problems);
            if (!value.empty()) settings_.server["/shared/" + std::string(key)] = value;
        }
    }

    Result<void> declare(Registrar& registrar) override {
        registrar.add<CommandHandler>("GETMETADATA", get_);
        registrar.add<CommandHandler>("SETMETADATA", set_);
        registrar.add<Feature>("imap-metadata", literal8_);
        registrar.add<SessionMode>("METADATA", mode_);
        registrar.add<EnableToken>("METADATA", token_);
        registrar.add<EnableToken>("METADATA-SERVER", server_token_);
        registrar.add<Announcer>("imap-metadata", announcer_);
        registrar.add<Capability>("METADATA", capability_);
        return {};
    }

    Result<void> resolve(const Lookup& lookup) override {
        set_.set_special_use(lookup.find<CreateParameter>("USE"));
        std::vector<mail::AccountState*> states;
        for (const auto& named : lookup.all<mail::AccountState>()) states.push_back(named.object);
        get_.set_states(std::move(states));
        return {};
    }

private:
    MetadataSettings settings_;
    GetMetadataCommand get_{settings_};
    SetMetadataCommand set_{settings_};
    Literal8 literal8_;
    MetadataMode mode_;
    MetadataToken token_{mode_};
    MetadataToken server_token_{mode_};
    MetadataAnnouncer announcer_{mode_};
    StaticCapability capability_{{"METADATA", "METADATA-SERVER"}, Phase::after_sign_in};
};

constexpr postern_interface dependencies[] = {{"imap", 0, 0, postern_requires}, {}};

}  // namespace
}  // namespace postern::imap

POSTERN_PLUGIN(postern::imap::MetadataPlugin,
               {.id = "imap-metadata",
                .summary = "IMAP METADATA (RFC 5464)",
                .dependencies = postern::imap::dependencies,
                .config_schema = "max_size: size  octets of one value (64k)\n"
                                 "max_entries: number  entries of one mailbox (100)\n"
                                 "comment: text  the server's /shared/comment\n"
                                 "admin: text  how to reach its administrator, a URI: /shared/admin\n"});
