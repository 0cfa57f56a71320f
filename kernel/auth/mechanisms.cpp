#include "kernel/auth/mechanisms.hpp"

#include "kernel/auth/cram_md5.hpp"
#include "kernel/auth/external_mechanism.hpp"

namespace postern::auth {

namespace {

std::string capitals(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    }
    return out;
}

}  // namespace

MechanismPolicy::MechanismPolicy(const config::AuthSection& settings, bool others_judge)
    : scram_(!others_judge) {
    if (!settings.mechanisms) return;
    listed_.emplace();
    for (const std::string& name : *settings.mechanisms) listed_->insert(capitals(name));
}

bool MechanismPolicy::allows(std::string_view mechanism) const {
    const std::string name = capitals(mechanism);
    if (listed_) return listed_->contains(name);
    if (name == "CRAM-MD5") return false;
    return scram_ || !name.starts_with("SCRAM-");
}

Mechanisms::Mechanisms(mail::MailService& mail, SignInLedger& ledger, ScramDesk::Key decoy_key,
                       ScramDesk::EndPoint end_point, const std::string& host,
                       const config::AuthSection& settings, bool others_judge)
    : policy_(settings, others_judge),
      scram_desk_(mail, ledger, decoy_key, std::move(end_point),
                  static_cast<std::uint32_t>(settings.scram_iterations)) {
    const auto add = [this](std::string name, std::unique_ptr<SaslMechanism> made) {
        all_.push_back({std::move(name), std::move(made)});
    };
    // The strongest first.
    add("EXTERNAL", std::make_unique<ExternalMechanism>(mail, ledger));
    for (const bool plus : {true, false}) {
        for (const ScramHash hash : {ScramHash::sha256, ScramHash::sha1}) {
            auto made = std::make_unique<ScramMechanism>(scram_desk_, policy_, hash, plus);
            std::string name = made->name();
            add(std::move(name), std::move(made));
        }
    }
    add("CRAM-MD5", std::make_unique<CramMd5Mechanism>(mail, ledger, host));
    if (!settings.anonymous.empty())
        add("ANONYMOUS", std::make_unique<AnonymousMechanism>(mail, ledger, settings.anonymous));
}

}  // namespace postern::auth
