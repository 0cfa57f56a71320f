#include "kernel/auth/mechanisms.hpp"

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
    return scram_ || !name.starts_with("SCRAM-");
}

Mechanisms::Mechanisms(mail::MailService& mail, SignInLedger& ledger, ScramDesk::Key decoy_key,
                       ScramDesk::EndPoint end_point, const config::AuthSection& settings, bool others_judge)
    : policy_(settings, others_judge),
      scram_desk_(mail, ledger, decoy_key, std::move(end_point),
                  static_cast<std::uint32_t>(settings.scram_iterations)) {
    // The strongest first.
    for (const bool plus : {true, false}) {
        for (const ScramHash hash : {ScramHash::sha256, ScramHash::sha1}) {
            auto made = std::make_unique<ScramMechanism>(scram_desk_, policy_, hash, plus);
            std::string name = made->name();
            all_.push_back({std::move(name), std::move(made)});
        }
    }
}

}  // namespace postern::auth
