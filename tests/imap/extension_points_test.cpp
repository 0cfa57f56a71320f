// The extension points, each used by a small extension of the test's own.
#include "postern/imap/ext/announcer.hpp"
#include "postern/imap/ext/message_observer.hpp"
#include "tests/imap/support/fixture.hpp"

namespace postern::imap::test {
namespace {

using ExtensionPoints = ImapFixture;

/// A mode in which messages have no numbers: responses name UIDs, and numbers in commands are refused.
class NumberlessMode final : public SessionMode {
public:
    Result<void> permit(const Session&, ArgumentKind kind) const override {
        if (kind != ArgumentKind::message_number) return {};
        return Error(Errc::protocol_violation, "[NONUMBERS] Say UID");
    }
};

class NumberlessFilter final : public ResponseFilter {
public:
    explicit NumberlessFilter(const SessionMode& mode) : mode_(mode) {}
    const SessionMode* mode() const override { return &mode_; }
    bool wants_uid() const override { return true; }
    bool write_fetch_head(Session&, const FetchedMessage& message, ResponseWriter& out) override {
        out.untagged(message.uid).atom("UIDFETCH");
        return true;
    }
    bool write_expunged(Session&, std::span<const mail::ViewChanges::Expunged> messages,
                        ResponseWriter& out) override {
        UidSet uids;
        for (const auto& message : messages) uids.add(message.uid);
        out.untagged().atom("GONE").set(uids).end_line();
        return true;
    }
    void add_to_flags(Session&, const FetchedMessage& message, ResponseWriter& out) override {
        out.atom("SIZE").number(message.columns->size[message.slot]);
    }
    bool answers_silent_store() const override { return true; }

private:
    const SessionMode& mode_;
};

class SwitchCommand final : public CommandHandler {
public:
    explicit SwitchCommand(SessionMode& mode) : mode_(mode) {}
    CommandTraits traits() const override { return {in_authenticated, false, Updates::all}; }
    Task<CommandResult> run(CommandContext* context) override {
        context->session.turn_on(mode_);
        co_return CommandResult::ok("On");
    }

private:
    SessionMode& mode_;
};

TEST_F(ExtensionPoints, AModeVetoesArgumentsAndChangesResponses) {
    NumberlessMode mode;
    NumberlessFilter filter(mode);
    SwitchCommand command(mode);
    add<SessionMode>("NUMBERLESS", mode);
    add<ResponseFilter>("numberless", filter);
    add<CommandHandler>("NUMBERLESS", command);
    deliver("INBOX", 3);
    Client& client = open();
    EXPECT_EQ(client.command("FETCH 1 UID").text(), "* 1 FETCH (UID 1)\n");
    EXPECT_TRUE(client.command("NUMBERLESS").ok());
    const Reply refused = client.command("FETCH 1 UID");
    EXPECT_TRUE(refused.bad());
    EXPECT_EQ(refused.tagged.code, "NONUMBERS");
    EXPECT_TRUE(client.command("UID SEARCH 1:2").bad());
    EXPECT_EQ(client.command("UID FETCH 2 FLAGS").text(), "* 2 UIDFETCH (UID 2 FLAGS (\\Recent))\n");
    const std::string size = std::to_string(letter(1).size());
    EXPECT_EQ(client.command("UID STORE 2 +FLAGS.SILENT (\\Deleted)").text(),
              "* 2 UIDFETCH (UID 2 SIZE " + size + ")\n");
    EXPECT_EQ(client.command("EXPUNGE").text(), "* GONE 2\n* 2 RECENT\n");
    // Other sessions keep their numbers.
    EXPECT_EQ(open().command("FETCH 2 UID").text(), "* 2 FETCH (UID 3)\n");
}

/// Counts commands and refuses one by name.
class CountingHook final : public CommandHook {
public:
    Result<void> before(CommandContext& context) override {
        ++before_count;
        if (context.name == "CHECK") return Error(Errc::permission_denied, "Not you");
        return {};
    }
    void after(CommandContext& context, CommandResult& result) override {
        ++after_count;
        if (context.name == "NOOP") result.text = "Nothing done";
    }
    int before_count = 0;
    int after_count = 0;
};

TEST_F(ExtensionPoints, HooksSurroundCommands) {
    CountingHook hook;
    add<CommandHook>("counting", hook);
    Client& client = open();
    hook.before_count = hook.after_count = 0;
    EXPECT_EQ(client.command("NOOP").tagged.text, "Nothing done");
    const Reply refused = client.command("CHECK");
    EXPECT_TRUE(refused.no());
    EXPECT_EQ(refused.tagged.code, "NOPERM");
    // A literal does not make it two commands.
    EXPECT_TRUE(client.command("STATUS {5}\r\nINBOX (MESSAGES)").ok());
    EXPECT_EQ(hook.before_count, 3);
    EXPECT_EQ(hook.after_count, 3);
}

class ShyCapability final : public Capability {
public:
    int order() const override { return 1; }
    void contribute(const Session& session, CapabilityList& list) const override {
        if (session.state() == State::not_authenticated) return;
        list.add("X-SHY");
        list.remove("X-LOUD");
    }
};

TEST_F(ExtensionPoints, CapabilitiesDependOnThePhase) {
    ShyCapability shy;
    StaticCapability loud({"X-LOUD"});
    add<Capability>("X-SHY", shy);
    add<Capability>("X-LOUD", loud);
    Client& client = connect();
    EXPECT_EQ(client.take(), "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN X-LOUD] Postern ready\r\n");
    EXPECT_EQ(client.command("LOGIN anna secret").tagged.code, "CAPABILITY IMAP4rev1 X-SHY");
}

/// "HALF": a message made of what its argument says.
class WrittenSource final : public AppendSource {
public:
    Task<Result<std::shared_ptr<const std::string>>> read(CommandContext* context) override {
        auto space = context->args.space();
        if (!space) co_return space.error();
        auto octets = context->literal_octets();
        if (!octets) co_return octets.error();
        co_return std::make_shared<const std::string>("Subject: made\r\n\r\n" + **octets);
    }
};

class SeveralFeature final : public Feature {
public:
    void apply(SessionFeatures& features) const override {
        features.several_appends = true;
        features.initial_response = true;
        features.lexical.non_synchronising_literals = true;
    }
};

TEST_F(ExtensionPoints, AppendTakesOtherSourcesAndSeveralMessages) {
    WrittenSource source;
    SeveralFeature feature;
    add<AppendSource>("WRITE", source);
    add<Feature>("several", feature);
    Client& client = open();
    EXPECT_TRUE(client.command("APPEND INBOX WRITE {4}\r\nbody (\\Seen) {14+}\r\nSubject: b\r\n\r\n").ok());
    EXPECT_EQ(client.command("FETCH 1:2 (FLAGS BODY.PEEK[TEXT] BODY.PEEK[HEADER.FIELDS (SUBJECT)])").text(),
              "* 1 FETCH (FLAGS (\\Recent) BODY[TEXT] {4}\r\nbody BODY[HEADER.FIELDS (SUBJECT)] "
              "{17}\r\nSubject: made\r\n\r\n)\n"
              "* 2 FETCH (FLAGS (\\Seen \\Recent) BODY[TEXT] \"\" BODY[HEADER.FIELDS (SUBJECT)] "
              "{14}\r\nSubject: b\r\n\r\n)\n");
    EXPECT_TRUE(client.command("APPEND INBOX {1+}\r\na NONSENSE {1+}\r\nb").bad());
    EXPECT_EQ(client.command("STATUS INBOX (MESSAGES)").text(), "* STATUS INBOX (MESSAGES 2)\n");
}

TEST_F(ExtensionPoints, AuthenticateTakesAnInitialResponse) {
    SeveralFeature feature;
    add<Feature>("several", feature);
    Client& client = connect();
    client.take();
    EXPECT_TRUE(client.command("AUTHENTICATE PLAIN AGFubmEAc2VjcmV0").ok());
}

/// Tells of every change at once, without being asked.
class EagerAnnouncer final : public Announcer {
public:
    bool wants_wake(Session& session) const override { return session.selected() != nullptr; }
    Task<Result<void>> tell(Session* session) override {
        auto told = co_await session->announce(true);
        co_return told;
    }
};

TEST_F(ExtensionPoints, AnAnnouncerTellsBetweenCommands) {
    EagerAnnouncer eager;
    add<Announcer>("eager", eager);
    Client& client = open();
    deliver("INBOX", 1);
    runtime_.settle();
    EXPECT_EQ(client.take(), "* 1 EXISTS\r\n* 1 RECENT\r\n");
    deliver("INBOX", 1);
    runtime_.settle();
    EXPECT_EQ(client.take(), "* 2 EXISTS\r\n* 2 RECENT\r\n");
    EXPECT_TRUE(client.command("NOOP").ok());
}

class SubjectKey final : public SearchKey {
public:
    class Node final : public SearchExtension {
    public:
        std::string_view name() const override { return "ODD"; }
    };
    Result<SearchNode> parse(Session&, ArgumentCursor&, SearchParser&) override {
        return SearchNode::of_extension(std::make_shared<Node>());
    }
    Need need(const SearchExtension&) const override { return Need::record; }
    bool matches(Session&, const SearchExtension&, const FetchedMessage& message) const override {
        return message.uid % 2 == 1 && message.stored->record.size() > 0;
    }
};

/// "COUNT", and "FIRST", which needs no more than the lowest.
class CountOption final : public SearchReturnOption {
public:
    class Count final : public SearchReturn {
    public:
        std::string_view name() const override { return "COUNT"; }
        Result<void> finish(SearchPlan& plan, SearchReply& reply) override {
            reply.items.emplace_back("COUNT", std::to_string(plan.result.size()));
            return {};
        }
    };
    bool is_default() const override { return true; }
    Result<std::unique_ptr<SearchReturn>> prepare(SearchPlan&, const Parameter&, ArgumentCursor&) override {
        return std::unique_ptr<SearchReturn>(std::make_unique<Count>());
    }
};

TEST_F(ExtensionPoints, SearchTakesKeysAndReturnOptions) {
    SubjectKey key;
    CountOption count;
    add<SearchKey>("ODD", key);
    add<SearchReturnOption>("COUNT", count);
    deliver("INBOX", 5);
    Client& client = open();
    EXPECT_EQ(client.command("SEARCH ODD").text(), "* SEARCH 1 3 5\n");
    EXPECT_EQ(client.command("SEARCH NOT ODD SUBJECT letter").text(), "* SEARCH 2 4\n");
    const std::string counted = client.command("UID SEARCH RETURN (COUNT) ODD").text();
    EXPECT_EQ(counted, "* ESEARCH (TAG \"" + client.last_tag() + "\") UID COUNT 3\n");
    const std::string all = client.command("SEARCH RETURN () ALL").text();
    EXPECT_EQ(all, "* ESEARCH (TAG \"" + client.last_tag() + "\") COUNT 5\n");
    EXPECT_TRUE(client.command("SEARCH RETURN (OTHER) ALL").bad());
}

/// Prepares STATUS, refuses EXAMINE when it prepares, and lets no command have the first of its messages.
class PreparingHook final : public CommandHook {
public:
    bool prepares(const CommandContext& context) const override {
        return context.name == "STATUS" || context.name == "EXAMINE";
    }
    Task<Result<void>> prepare(CommandContext* context) override {
        if (context->name == "EXAMINE") co_return Error(Errc::not_found, "[NOWHERE] Not there");
        const std::optional<MailboxId> everywhere;
        std::string prefix = "/";
        auto read = co_await context->session.account()->read_attributes(everywhere, std::move(prefix));
        if (!read) co_return read.error();
        ++prepared;
        co_return Result<void>();
    }
    Result<void> working_on(Session& /*session*/, std::vector<mail::Slot>& slots) override {
        if (slots.size() == 1) return Error(Errc::too_large, "[ONLYONE] Just one");
        slots.erase(slots.begin());
        return {};
    }
    int prepared = 0;
};

TEST_F(ExtensionPoints, HooksPrepareCommandsAndLimitThem) {
    PreparingHook hook;
    add<CommandHook>("preparing", hook);
    deliver("INBOX", 4);
    Client& client = open();
    EXPECT_TRUE(client.command("STATUS INBOX (MESSAGES)").ok());
    EXPECT_EQ(hook.prepared, 1);
    EXPECT_EQ(client.command("EXAMINE INBOX").tagged.code, "NOWHERE");
    EXPECT_EQ(client.command("FETCH 1:3 UID").text(), "* 2 FETCH (UID 2)\n* 3 FETCH (UID 3)\n");
    EXPECT_EQ(client.command("SEARCH ALL").text(), "* SEARCH 2 3 4\n");
    EXPECT_TRUE(client.command("STORE 1:4 +FLAGS.SILENT (\\Flagged)").ok());
    EXPECT_EQ(client.command("SEARCH FLAGGED").text(), "* SEARCH 2 3 4\n");
    EXPECT_TRUE(client.command("COPY 1:4 Archive").ok());
    EXPECT_EQ(client.command("STATUS Archive (MESSAGES)").text(), "* STATUS Archive (MESSAGES 3)\n");
    for (const char* command : {"FETCH 1 UID", "STORE 1 +FLAGS (\\Seen)", "COPY 1 Archive", "SEARCH 1"})
        EXPECT_EQ(client.command(command).tagged.code, "ONLYONE") << command;
}

class ChoosyAnnouncer final : public Announcer {
public:
    void adjust(Session& /*session*/, SelectedUpdates& updates) const override { updates = wanted; }
    bool has_more(Session& /*session*/) const override { return more; }
    Task<Result<void>> tell_more(Session* session) override {
        more = false;
        session->writer().untagged().atom("MORE").end_line();
        co_return Result<void>();
    }
    SelectedUpdates wanted;
    bool more = false;
};

TEST_F(ExtensionPoints, AnAnnouncerChoosesWhatIsTold) {
    ChoosyAnnouncer announcer;
    add<Announcer>("choosy", announcer);
    deliver("INBOX", 3);
    Client& client = open();
    Client& other = open();
    announcer.wanted.messages = false;
    deliver("INBOX", 1);
    announcer.more = true;
    EXPECT_EQ(client.command("NOOP").text(), "* MORE\n");
    announcer.wanted = {};
    EXPECT_EQ(client.command("NOOP").lines("EXISTS"), std::vector<std::string>{"* 4 EXISTS"});
    announcer.wanted.flags = false;
    EXPECT_TRUE(other.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(client.command("NOOP").text(), "");
    announcer.wanted = {};
    EXPECT_TRUE(other.command("EXPUNGE").ok());
    EXPECT_EQ(client.command("FETCH 2 UID").text(), "* 2 FETCH (UID 2)\n");
    announcer.wanted.at_once = true;
    EXPECT_EQ(client.command("SEARCH UID 2").lines("EXPUNGE"), std::vector<std::string>{"* 1 EXPUNGE"});
    // What it removes itself is told whatever was chosen.
    announcer.wanted = {false, false, false};
    EXPECT_TRUE(client.command("STORE 1 +FLAGS.SILENT (\\Deleted)").ok());
    EXPECT_EQ(client.command("EXPUNGE").lines("EXPUNGE"), std::vector<std::string>{"* 1 EXPUNGE"});
    // Without a mailbox, too.
    EXPECT_TRUE(client.command("CLOSE").ok());
    announcer.more = true;
    EXPECT_EQ(client.command("NOOP").text(), "* MORE\n");
}

class SigningFilter final : public AppendFilter {
public:
    Result<void> apply(Session& /*session*/, std::shared_ptr<const std::string>& message) override {
        if (message->starts_with("Bad")) return Error(Errc::invalid, "[BADMAIL] No");
        message = std::make_shared<const std::string>("Signed: yes\r\n" + *message);
        return {};
    }
};

TEST_F(ExtensionPoints, FiltersSeeWholeMessages) {
    SigningFilter filter;
    WrittenSource source;
    add<AppendFilter>("signing", filter);
    add<AppendSource>("WRITE", source);
    Client& client = open();
    EXPECT_TRUE(client.command("APPEND INBOX {14}\r\nSubject: b\r\n\r\n").ok());
    EXPECT_TRUE(client.command("APPEND INBOX WRITE {4}\r\nbody").ok());
    EXPECT_EQ(client.command("FETCH 1:2 BODY.PEEK[HEADER.FIELDS (SIGNED)]").lines().at(1),
              "* 2 FETCH (BODY[HEADER.FIELDS (SIGNED)] {15}\r\nSigned: yes\r\n\r\n)");
    EXPECT_EQ(client.command("APPEND INBOX {6}\r\nBad: 1").tagged.code, "BADMAIL");
}

TEST_F(ExtensionPoints, OutputIsBoundedWhenTheClientReadsSlowly) {
    std::string large = letter(1);
    while (large.size() < 3'000'000) large += "A line of a long message, like all the others of it.\r\n";
    deliver("INBOX", {large, large});
    Client& client = open();
    client.pipe().window = 1;
    client.pipe().largest_write = 0;
    client.send("x FETCH 1:2 BODY.PEEK[]\r\n");
    // What was sent before the client stopped, and nothing more.
    EXPECT_LT(client.pipe().to_client.size(), 400'000U);
    const std::string all = client.take();
    EXPECT_GT(all.size(), 6'000'000U);
    EXPECT_TRUE(all.ends_with("x OK FETCH completed\r\n"));
    EXPECT_LT(client.pipe().largest_write, 400'000U);
}

/// What it hears: "kind mailbox uid:flags ...".
class Listener final : public MessageObserver {
public:
    bool observes(Session&, const mail::MailboxInfo& mailbox) override { return mailbox.name != "Sent"; }
    void observed(Session&, const MessageEvent& event) override {
        static constexpr const char* kinds[] = {"appended", "copied", "flags"};
        heard += std::string(kinds[static_cast<int>(event.kind)]) + " " + event.name;
        for (const auto& message : event.messages) {
            heard += " " + std::to_string(message.uid);
            for (const std::string& flag : message.changed_flags) heard += ":" + flag;
        }
        heard += "\n";
    }
    std::string take() { return std::exchange(heard, {}); }
    std::string heard;
};

TEST_F(ExtensionPoints, AnObserverHearsWhatCommandsDid) {
    Listener listener;
    add<MessageObserver>("listener", listener);
    load("imap-move");
    load("imap-replace");
    deliver("INBOX", 3);
    Client& client = open();
    EXPECT_TRUE(client.command("APPEND Drafts {5}\r\na: b\n").ok());
    EXPECT_EQ(listener.take(), "appended Drafts 1\n");
    EXPECT_TRUE(client.command("COPY 1:2 Archive").ok());
    EXPECT_TRUE(client.command("MOVE 1 Archive").ok());
    EXPECT_EQ(listener.take(), "copied Archive 1 2\ncopied Archive 3\n");
    EXPECT_TRUE(client.command("COPY 1 Sent").ok());
    EXPECT_EQ(listener.take(), "");
    EXPECT_TRUE(client.command("STORE 1:2 +FLAGS.SILENT (\\Seen $Work)").ok());
    EXPECT_EQ(listener.take(), "flags INBOX 2:\\Seen:$Work 3:\\Seen:$Work\n");
    EXPECT_TRUE(client.command("STORE 1:2 FLAGS (\\Flagged $Work)").ok());
    EXPECT_EQ(listener.take(), "flags INBOX 2:\\Flagged:\\Seen 3:\\Flagged:\\Seen\n");
    EXPECT_TRUE(client.command("STORE 1 -FLAGS ($Work \\Deleted)").ok());
    EXPECT_TRUE(client.command("STORE 1 -FLAGS ($Work)").ok());
    EXPECT_EQ(listener.take(), "flags INBOX 2:$Work\n");
    EXPECT_TRUE(client.command("FETCH 1:2 BODY[]").ok());
    EXPECT_EQ(listener.take(), "flags INBOX 2:\\Seen 3:\\Seen\n");
    EXPECT_TRUE(client.command("FETCH 1:2 BODY[]").ok());
    EXPECT_TRUE(client.command("REPLACE 1 Drafts {5}\r\na: c\n").ok());
    EXPECT_EQ(listener.take(), "appended Drafts 2\n");
}

}  // namespace
}  // namespace postern::imap::test
