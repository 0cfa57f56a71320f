#include "stored_mail.hpp"

#include <algorithm>

#include "delivery_actions.hpp"
#include "postern/imap/flags.hpp"
#include "postern/mail/whole_content.hpp"
#include "postern/mime/header.hpp"
#include "stored_environment.hpp"

namespace postern::sieve {

namespace {

using mail::FilterActions;

/// Flags of one message.
struct FlagSet {
    mail::FlagBits system = 0;
    std::vector<std::string> keywords;

    bool has(const std::string& keyword) const {
        return std::ranges::any_of(
            keywords, [&](const std::string& other) { return to_lower(other) == to_lower(keyword); });
    }
    std::vector<std::string> names() const {
        std::vector<std::string> out;
        for (const mail::Flag flag :
             {mail::answered, mail::flagged, mail::deleted, mail::seen, mail::draft}) {
            if ((system & flag) != 0)
                out.emplace_back(imap::system_flag_name(static_cast<imap::SystemFlag>(flag)));
        }
        out.insert(out.end(), keywords.begin(), keywords.end());
        return out;
    }
};

FlagSet flags_of(const mail::Mailbox& mailbox, mail::Slot slot) {
    FlagSet out;
    const mail::Columns columns = mailbox.columns();
    out.system = columns.flags[slot];
    for (const std::uint16_t keyword : mailbox.keyword_set(columns.keywords[slot]))
        out.keywords.push_back(mailbox.keywords()[keyword]);
    return out;
}

/// Names of those that only one of them has.
std::vector<std::string> difference(const FlagSet& one, const FlagSet& other) {
    FlagSet out;
    out.system = one.system ^ other.system;
    for (const std::string& keyword : one.keywords) {
        if (!other.has(keyword)) out.keywords.push_back(keyword);
    }
    for (const std::string& keyword : other.keywords) {
        if (!one.has(keyword)) out.keywords.push_back(keyword);
    }
    return out.names();
}

std::size_t return_path_octets(const std::string& message) {
    const std::string_view header = std::string_view(message).substr(0, mime::header_length(message));
    mime::HeaderReader reader(header);
    const mime::Field* first = reader.next();
    const bool is_first = first != nullptr && mime::equal_ascii_nocase(first->name, "Return-Path");
    return is_first ? first->raw.size() : 0;
}

/// Whoever refuses or answers speaks to somebody who hands the message over (RFC 6785 section 3.11).
constexpr const char* delivery_only[] = {"reject", "ereject", "vacation"};

/// One call of StoredMail::apply().
class StoredRun {
public:
    StoredRun(const Engine& engine, const StoredServices& services, const std::string& domain,
              StoredRequest request)
        : engine_(engine),
          services_(services),
          request_(std::move(request)),
          environment_(request_, domain, services.mail->now()) {}

    Task<Result<std::vector<StoredResult>>> run();

private:
    Task<Result<void>> load();
    Task<void> look_at(const StoredRequest::Message* message, mail::StoredMessagePtr stored,
                       StoredResult* result);
    Outcome run_script(const std::shared_ptr<const std::string>& content) const;
    mail::FilterRequest as_delivery(std::shared_ptr<const std::string> content) const;
    void leave_out(FilterActions& actions, StoredResult& result) const;
    /// What is to become of a message.
    struct Wanted {
        std::optional<FilterActions::Store> keep;  ///< where it is, with these flags
        std::vector<FilterActions::Store> elsewhere;
    };
    Wanted sort_out(std::vector<FilterActions::Store> stores) const;
    void remember(std::vector<store::AttributeWrite> writes);
    Task<bool> send(std::vector<mail::OutgoingMail> letters, StoredResult* result);
    Task<Result<MailboxId>> destination(const FilterActions::Store* store);
    Task<Result<void>> file(const FlagSet* flags, std::vector<FilterActions::Store> stores, bool remove,
                            StoredResult* result);
    Task<Result<void>> set_flags(mail::StoreFlagsRequest::Mode mode, FlagSet flags);
    Task<Result<void>> keep_or_remove(const FilterActions::Store* keep, const FlagSet* flags, bool removed,
                                      StoredResult* result);
    bool sends() const { return !request_.event.empty() && services_.relay != nullptr; }

    const Engine& engine_;
    const StoredServices& services_;
    const StoredRequest request_;
    StoredEnvironment environment_;
    std::shared_ptr<mail::Mailbox> mailbox_;
    std::vector<mail::StoredMessagePtr> stored_;
    std::vector<store::AttributeWrite> attributes_;
    // Of the message that is being looked at
    mail::Slot slot_ = mail::no_slot;
    MessageId message_{};
};

Task<Result<void>> StoredRun::load() {
    auto opened = co_await request_.account->open_mailbox(request_.mailbox);
    if (!opened) co_return opened.error();
    mailbox_ = std::move(*opened);
    std::vector<MessageId> ids;
    for (const StoredRequest::Message& message : request_.messages) {
        const mail::Slot slot = mailbox_->find(message.uid);
        ids.push_back(slot == mail::no_slot ? MessageId{} : mailbox_->columns().message[slot]);
    }
    auto loaded = co_await request_.account->load_messages(std::move(ids));
    if (!loaded) co_return loaded.error();
    stored_ = std::move(*loaded);
    std::vector<mail::StoredMessagePtr> there;
    for (const mail::StoredMessagePtr& message : stored_) {
        if (message) there.push_back(message);
    }
    co_await request_.account->prefetch_content(std::move(there));
    if (!needs_attributes(*request_.program)) co_return Result<void>();
    std::string everything;
    std::optional<MailboxId> all;
    auto attributes = co_await request_.account->read_attributes(all, std::move(everything));
    if (!attributes) co_return attributes.error();
    environment_.add(std::move(*attributes));
    co_return Result<void>();
}

Task<Result<std::vector<StoredResult>>> StoredRun::run() {
    auto loaded = co_await load();
    if (!loaded) co_return loaded.error();
    std::vector<StoredResult> results(request_.messages.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
        results[i].uid = request_.messages[i].uid;
        co_await look_at(&request_.messages[i], stored_[i], &results[i]);
    }
    if (!attributes_.empty() && !request_.rehearse) {
        mail::Cause cause = request_.cause;
        auto written = co_await request_.account->write_attributes(std::move(attributes_), std::move(cause));
        if (!written)
            services_.log->error("what a script remembers was not written",
                                 {{"login", request_.account->login()}, {"error", written.error().text}});
    }
    co_return results;
}

Outcome StoredRun::run_script(const std::shared_ptr<const std::string>& content) const {
    const Program& program = *request_.program;
    for (const char* name : delivery_only) {
        if (request_.event.empty() || !program.uses(name)) continue;
        Outcome outcome;
        outcome.failure = Fault{{}, std::string("\"") + name + "\" is not for events of IMAP"};
        return outcome;
    }
    Input input;
    input.message = content;
    input.envelope.from = environment_.owner();
    input.envelope.known = false;
    input.environment = &environment_;
    return engine_.run(program, input);
}

/// As if it were delivered into the mailbox where it is, by its owner.
mail::FilterRequest StoredRun::as_delivery(std::shared_ptr<const std::string> content) const {
    mail::FilterRequest request;
    request.account = request_.account;
    request.envelope.sender = environment_.owner();
    request.envelope.body = mail::BodyKind::eight_bit;
    request.envelope.can_reject = false;
    request.recipient.login = request_.account->login();
    request.return_path_octets = return_path_octets(*content);
    request.content = std::move(content);
    return request;
}

/// What is not done with this message; it is kept then.
void StoredRun::leave_out(FilterActions& actions, StoredResult& result) const {
    bool kept = false;
    for (const Action& action : result.actions) {
        const bool letter = action.kind == "redirect" || action.kind == "notify";
        const bool refusal = std::ranges::find(delivery_only, action.kind) != std::end(delivery_only);
        if (!refusal && (!letter || sends())) continue;
        result.left_out.push_back(action.kind);
        if (action.has("fcc")) {
            std::erase_if(actions.stores,
                          [&](const FilterActions::Store& store) { return store.content == action.content; });
        }
        kept = kept || (action.cancels_keep && action.kind != "reject" && action.kind != "ereject");
    }
    if (!sends()) {
        actions.redirects.clear();
        actions.notices.clear();
    }
    // delivery_actions() keeps what it cannot refuse.
    if (kept) actions.stores.emplace_back();
}

StoredRun::Wanted StoredRun::sort_out(std::vector<FilterActions::Store> stores) const {
    Wanted wanted;
    const std::string& here = mailbox_->info().name;
    for (FilterActions::Store& store : stores) {
        // The mailbox where it is has it already.
        const bool stays = store.mailbox.empty() || (store.mailbox == here && !store.content);
        if (stays)
            wanted.keep = std::move(store);
        else
            wanted.elsewhere.push_back(std::move(store));
    }
    return wanted;
}

void StoredRun::remember(std::vector<store::AttributeWrite> writes) {
    for (store::AttributeWrite& write : writes) {
        if (!write.remove) environment_.remember(write.attribute.entry);
        std::erase_if(attributes_, [&](const store::AttributeWrite& earlier) {
            return earlier.attribute.entry == write.attribute.entry;
        });
        attributes_.push_back(std::move(write));
    }
}

/// False if one of them has not left, which is a failure.
Task<bool> StoredRun::send(std::vector<mail::OutgoingMail> letters, StoredResult* result) {
    for (mail::OutgoingMail& letter : letters) {
        std::string login = request_.account->login();
        auto answer =
            co_await services_.relay->send(request_.account->id(), std::move(login), std::move(letter));
        const bool left = answer && answer->final.accepted();
        if (left) continue;
        result->failure =
            "a message could not be sent: " + (answer ? answer->final.text : answer.error().text);
        co_return false;
    }
    co_return true;
}

Task<Result<MailboxId>> StoredRun::destination(const FilterActions::Store* store) {
    mail::Account& account = *request_.account;
    if (!store->special_use.empty()) {
        for (const mail::MailboxInfo& mailbox : account.mailboxes()) {
            if (std::ranges::find(mailbox.special_use, store->special_use) != mailbox.special_use.end())
                co_return mailbox.id;
        }
    }
    if (const mail::MailboxInfo* mailbox = account.find_mailbox(store->mailbox)) co_return mailbox->id;
    if (!store->create) co_return Error(Errc::not_found, "there is no mailbox " + store->mailbox);
    mail::Account::CreateOptions options;
    options.cause = request_.cause;
    if (!store->special_use.empty()) options.special_use.push_back(store->special_use);
    auto made = co_await account.create_mailbox(store->mailbox, std::move(options));
    if (!made) co_return made;
    mail::Cause cause = request_.cause;
    auto subscribed = co_await account.set_subscribed(store->mailbox, true, std::move(cause));
    if (!subscribed) services_.log->warning("a new mailbox is not subscribed", {{"mailbox", store->mailbox}});
    co_return made;
}

/// Into other mailboxes; with `remove` the message is gone here in the same transaction.
Task<Result<void>> StoredRun::file(const FlagSet* flags, std::vector<FilterActions::Store> stores,
                                   bool remove, StoredResult* result) {
    const bool own_flags = !request_.program->uses("imap4flags");
    std::vector<mail::DeliveryRequest> deliveries;
    for (FilterActions::Store& store : stores) {
        auto mailbox = co_await destination(&store);
        if (!mailbox) co_return mailbox.error();
        mail::DeliveryRequest& delivery = deliveries.emplace_back();
        delivery.mailbox = *mailbox;
        delivery.cause = request_.cause;
        mail::NewMail& placed = delivery.messages.emplace_back();
        if (store.content)
            placed.content = std::move(store.content);
        else
            placed.existing = message_;
        placed.flags = own_flags ? flags->system : store.flags;
        placed.keywords = own_flags ? flags->keywords : std::move(store.keywords);
        placed.internal_date = mailbox_->columns().internal_date[slot_];
        placed.zone = mailbox_->columns().zone[slot_];
    }
    if (remove) {
        deliveries.back().replaced_in = mailbox_;
        deliveries.back().replaced = {slot_};
    }
    const std::size_t copies = deliveries.size();
    auto done =
        co_await services_.deliveries->deliver_together(request_.account->id(), std::move(deliveries));
    if (!done) co_return done.error();
    result->copies = copies;
    co_return Result<void>();
}

Task<Result<void>> StoredRun::set_flags(mail::StoreFlagsRequest::Mode mode, FlagSet flags) {
    mail::StoreFlagsRequest request;
    request.mode = mode;
    request.slots = {slot_};
    request.flags = flags.system;
    request.keywords = std::move(flags.keywords);
    request.cause = request_.cause;
    auto done = co_await mailbox_->store_flags(std::move(request));
    if (!done) co_return done.error();
    co_return Result<void>();
}

Task<Result<void>> StoredRun::keep_or_remove(const FilterActions::Store* keep, const FlagSet* flags,
                                             bool removed, StoredResult* result) {
    if (keep == nullptr) {
        result->removed = true;
        if (removed || request_.rehearse) co_return Result<void>();
        if (!request_.expunge) {
            FlagSet marked{mail::deleted, {}};
            auto done = co_await set_flags(mail::StoreFlagsRequest::Mode::add, std::move(marked));
            co_return done;
        }
        mail::ExpungeRequest removal;
        removal.slots.emplace({slot_});
        removal.force = true;
        removal.cause = request_.cause;
        auto done = co_await mailbox_->expunge(std::move(removal));
        if (!done) co_return done.error();
        co_return Result<void>();
    }
    // Kept because something cannot be done with it, it is left alone.
    const std::string& here = mailbox_->info().name;
    const bool said = std::ranges::any_of(result->actions, [&here](const Action& action) {
        return action.kind == "keep" || (action.kind == "fileinto" && action.value("mailbox") == here);
    });
    if (!said || !request_.program->uses("imap4flags")) co_return Result<void>();
    FlagSet wanted{keep->flags, keep->keywords};
    std::vector<std::string> changed = difference(*flags, wanted);
    if (changed.empty()) co_return Result<void>();
    if (!request_.rehearse) {
        auto done = co_await set_flags(mail::StoreFlagsRequest::Mode::replace, std::move(wanted));
        if (!done) co_return done;
    }
    result->changed_flags = std::move(changed);
    co_return Result<void>();
}

Task<void> StoredRun::look_at(const StoredRequest::Message* message, mail::StoredMessagePtr stored,
                              StoredResult* result) {
    slot_ = mailbox_->find(message->uid);
    result->gone = slot_ == mail::no_slot || !stored;
    if (result->gone) co_return;
    message_ = stored->id;
    auto content = co_await mail::read_whole(request_.account.get(), std::move(stored));
    if (!content) {
        result->failure = content.error().text;
        co_return;
    }
    slot_ = mailbox_->find(message->uid);
    result->gone = slot_ == mail::no_slot;
    if (result->gone) co_return;
    const FlagSet flags = flags_of(*mailbox_, slot_);
    environment_.look_at(&message->changed_flags, flags.names(), mailbox_->info().name);
    Outcome outcome = run_script(*content);
    if (outcome.failure) {
        result->failure = outcome.failure->to_string();
        co_return;
    }
    FilterActions actions = delivery_actions(as_delivery(std::move(*content)), outcome, environment_);
    result->actions = std::move(outcome.actions);
    leave_out(actions, *result);
    Wanted wanted = sort_out(std::move(actions.stores));
    if (!request_.rehearse) {
        const bool left = co_await send(std::move(actions.redirects), result);
        if (!left) co_return;
    }
    const bool moves = !wanted.keep && request_.expunge && !wanted.elsewhere.empty();
    Result<void> done;
    if (request_.rehearse) {
        result->copies = wanted.elsewhere.size();
    } else if (!wanted.elsewhere.empty()) {
        done = co_await file(&flags, std::move(wanted.elsewhere), moves, result);
    }
    if (done) done = co_await keep_or_remove(wanted.keep ? &*wanted.keep : nullptr, &flags, moves, result);
    if (!done) {
        result->failure = done.error().text;
        co_return;
    }
    remember(std::move(actions.attributes));
    if (request_.rehearse) co_return;
    const bool told = co_await send(std::move(actions.notices), result);
    static_cast<void>(told);
}

}  // namespace

Task<Result<std::vector<StoredResult>>> StoredMailRunner::apply(StoredRequest request) {
    StoredRun run(engine_, services_, domain_, std::move(request));
    auto results = co_await run.run();
    co_return results;
}

}  // namespace postern::sieve
