#pragma once
// Runs the active script of an account on mail that is delivered to it.
#include <mutex>
#include <unordered_map>

#include "interpreter.hpp"
#include "postern/mail/delivery.hpp"
#include "postern/mail/scripts.hpp"
#include "postern/runtime/log.hpp"

namespace postern::sieve {

class SieveFilter final : public mail::DeliveryFilter {
public:
    explicit SieveFilter(const Engine& engine) : engine_(engine) {}
    /// Before the server starts. Null services: nothing is filtered.
    void set_services(mail::ScriptStore* scripts, mail::MailService* mail, Logger* log) {
        scripts_ = scripts;
        mail_ = mail;
        log_ = log;
    }

    int order() const override { return 100; }
    Task<Result<std::optional<mail::FilterActions>>> filter(mail::FilterRequest request) override;

private:
    /// The active script of an account, compiled.
    struct Compiled {
        std::string version;  ///< of the account's scripts, as it was read
        ProgramPtr program;   ///< null: none is active, or it does not compile
        std::string fault;    ///< why it does not compile
        bool needs_attributes = false;
    };
    using CompiledPtr = std::shared_ptr<const Compiled>;

    CompiledPtr cached(AccountId account, const std::string& version);
    Task<Result<CompiledPtr>> load(AccountId account, std::string version);
    /// Tells the user once a version of the scripts that the active one fails.
    Task<Result<mail::FilterActions>> after_failure(mail::FilterRequest request, std::string version,
                                                    std::string why);

    const Engine& engine_;
    mail::ScriptStore* scripts_ = nullptr;
    mail::MailService* mail_ = nullptr;
    Logger* log_ = nullptr;
    std::mutex mutex_;
    std::unordered_map<std::uint64_t, CompiledPtr> cache_;
};

}  // namespace postern::sieve
