#include "delivery_filter.hpp"

#include <algorithm>

#include "delivery_actions.hpp"
#include "delivery_environment.hpp"
#include "postern/sieve/compose.hpp"

namespace postern::sieve {

namespace {

constexpr std::size_t cached_accounts = 10'000;
/// Version of the scripts whose failure the user was told of.
constexpr const char* told_entry = "sieve/told";

Envelope envelope_of(const mail::FilterRequest& request) {
    Envelope out;
    out.from = request.envelope.sender;
    out.to = request.recipient.envelope.address;
    const auto set = [&](const char* name, std::string value) {
        if (!value.empty()) out.parameters[name] = std::move(value);
    };
    set("ENVID", request.envelope.id);
    set("ORCPT", request.recipient.envelope.original);
    if (request.envelope.ret != mail::DsnReturn::unset) {
        set("RET", request.envelope.ret == mail::DsnReturn::full ? "FULL" : "HDRS");
    }
    std::string notify;
    const std::pair<mail::Notify, const char*> words[] = {{mail::notify_never, "NEVER"},
                                                          {mail::notify_success, "SUCCESS"},
                                                          {mail::notify_failure, "FAILURE"},
                                                          {mail::notify_delay, "DELAY"}};
    for (const auto& [bit, word] : words) {
        if ((request.recipient.envelope.notify & bit) != 0)
            notify += (notify.empty() ? "" : ",") + std::string(word);
    }
    set("NOTIFY", notify);
    return out;
}

std::string failure_notice(const std::string& address, const std::string& why, UnixTime now) {
    Composed mail;
    mail.fields = {
        {"Date", format_mail_date(now, 0)},
        {"From", "Mail filter <" + address + ">"},
        {"To", address},
        {"Subject", "Your mail filter does not work"},
        {"Message-ID", "<" + digest(address + why + std::to_string(now)).substr(0, 40) + "@sieve.invalid>"},
        {"Auto-Submitted", "auto-generated"}};
    mail.text = "The active Sieve script of this account failed:\r\n\r\n    " + why +
                "\r\n\r\nUntil it is mended, mail that it fails for is kept in the inbox. You are told of it "
                "only once.\r\n";
    return compose(mail);
}

}  // namespace

SieveFilter::CompiledPtr SieveFilter::cached(AccountId account, const std::string& version) {
    const std::lock_guard lock(mutex_);
    const auto found = cache_.find(value_of(account));
    return found != cache_.end() && found->second->version == version ? found->second : nullptr;
}

Task<Result<SieveFilter::CompiledPtr>> SieveFilter::load(AccountId account, std::string version) {
    auto scripts = co_await scripts_->read(account);
    if (!scripts) co_return scripts.error();
    auto out = std::make_shared<Compiled>();
    out->version = std::move(version);
    const auto active = std::ranges::find_if(*scripts, &store::Script::active);
    if (active != scripts->end()) {
        const ScriptSource source = [&scripts](const std::string& name) -> std::optional<std::string> {
            const auto found = std::ranges::find(*scripts, name, &store::Script::name);
            if (found == scripts->end()) return std::nullopt;
            return found->text;
        };
        sieve::Compiled compiled = engine_.compile(active->text, source);
        out->program = std::move(compiled.program);
        if (!out->program) out->fault = compiled.faults.front().to_string();
        out->needs_attributes = out->program && needs_attributes(*out->program);
    }
    const std::lock_guard lock(mutex_);
    if (cache_.size() >= cached_accounts) cache_.clear();
    cache_[value_of(account)] = out;
    co_return CompiledPtr(out);
}

Task<Result<std::optional<mail::FilterActions>>> SieveFilter::filter(mail::FilterRequest request) {
    using Answer = std::optional<mail::FilterActions>;
    if (scripts_ == nullptr) co_return Answer();
    // Accounts that never had a script cost nothing.
    const std::string* current = request.account->find_attribute(MailboxId{}, mail::scripts_version_entry);
    if (current == nullptr) co_return Answer();
    const std::string version = *current;
    const AccountId id = request.account->id();
    CompiledPtr script = cached(id, version);
    if (script == nullptr) {
        auto loaded = co_await load(id, version);
        if (!loaded) co_return Error(Errc::temporary, loaded.error().text);
        script = std::move(*loaded);
    }
    std::string why = script->fault;
    if (script->program == nullptr && why.empty()) co_return Answer();
    if (why.empty()) {
        DeliveryEnvironment environment(request, mail_->now());
        if (script->needs_attributes) {
            std::string everything;
            std::optional<MailboxId> all;
            auto attributes = co_await request.account->read_attributes(all, std::move(everything));
            // As with the script itself: what cannot be read now is tried again (RFC 5490 section 5).
            if (!attributes) co_return Error(Errc::temporary, attributes.error().text);
            environment.add(std::move(*attributes));
        }
        const Input input{request.content, envelope_of(request), &environment};
        const Outcome outcome = engine_.run(*script->program, input);
        if (!outcome.failure) co_return Answer(delivery_actions(request, outcome, environment));
        why = outcome.failure->to_string();
    }
    auto kept = co_await after_failure(std::move(request), version, std::move(why));
    if (!kept) co_return kept.error();
    co_return Answer(std::move(*kept));
}

Task<Result<mail::FilterActions>> SieveFilter::after_failure(mail::FilterRequest request, std::string version,
                                                             std::string why) {
    log_->warning("a Sieve script failed, the message is kept",
                  {{"login", request.recipient.login}, {"why", why}});
    mail::FilterActions out;
    out.stores.emplace_back();
    std::string entry = told_entry;
    std::optional<MailboxId> account_level = MailboxId{};
    auto told = co_await request.account->read_attributes(account_level, std::move(entry));
    if (!told) co_return Error(Errc::temporary, told.error().text);
    if (!told->empty() && told->front().value == version) co_return out;
    mail::FilterActions::Store notice;
    notice.mailbox = "INBOX";
    const std::string& address = request.recipient.envelope.address;
    notice.content = std::make_shared<const std::string>(
        failure_notice(address.empty() ? request.recipient.login : address, why, mail_->now()));
    out.stores.push_back(std::move(notice));
    store::AttributeWrite write;
    write.attribute.entry = told_entry;
    write.attribute.value = std::move(version);
    out.attributes.push_back(std::move(write));
    co_return out;
}

}  // namespace postern::sieve
