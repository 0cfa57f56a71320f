#pragma once
// The scripts of accounts by name, compiled.
#include <map>
#include <mutex>
#include <string>

#include "postern/mail/scripts.hpp"
#include "postern/sieve/engine.hpp"

namespace postern::imapsieve {

/// Any thread. An account's scripts are read again when they have changed.
class ScriptCache {
public:
    /// Before the first use.
    void set_services(const sieve::Engine* engine, mail::ScriptStore* scripts) {
        engine_ = engine;
        scripts_ = scripts;
    }
    /// On the account's core. not_found: there is no such script; invalid: it does not compile.
    Task<Result<sieve::ProgramPtr>> find(std::shared_ptr<mail::Account> account, std::string name);

private:
    struct Entry {
        std::string version;  ///< of the account's scripts
        std::map<std::string, Result<sieve::ProgramPtr>> programs;
    };
    std::optional<Result<sieve::ProgramPtr>> known(AccountId account, const std::string& version,
                                                   const std::string& name);
    Result<sieve::ProgramPtr> compile(const std::vector<store::Script>& scripts,
                                      const std::string& name) const;

    const sieve::Engine* engine_ = nullptr;
    mail::ScriptStore* scripts_ = nullptr;
    std::mutex mutex_;
    std::map<std::uint64_t, Entry> entries_;
};

}  // namespace postern::imapsieve
