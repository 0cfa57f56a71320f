#pragma once
// One dialogue.
#include "postern/net/line_channel.hpp"
#include "postern/smtp/command.hpp"
#include "postern/smtp/data_reader.hpp"
#include "postern/smtp/server.hpp"

namespace postern::smtp {

class Session final : public SaslLine {
public:
    Session(Runtime& runtime, const ServerOptions& options, const SaslMechanisms* mechanisms,
            std::unique_ptr<Receiver> receiver, std::unique_ptr<Connection> connection);
    ~Session() override;

    Task<void> run();

private:
    using Handler = Task<void> (Session::*)(std::string arguments);
    struct Verb {
        std::string_view name;
        Handler handler;
    };
    static const Verb verbs[];

    // Input and output (session_input.cpp)
    /// A line without its end, if a whole one is there. Longer than max_command_line: refused and passed over.
    std::optional<std::string> take_line();
    void say(const Reply& reply);
    /// As say(); a positive one ends a row of errors.
    void reply(const Reply& reply);
    void refuse(const Reply& reply);
    Task<Result<std::string>> ask(std::string challenge) override;

    // Commands (session_commands.cpp)
    Task<void> dispatch(std::string line);
    Task<void> hello(std::string arguments);
    Task<void> extended_hello(std::string arguments);
    Task<void> mail(std::string arguments);
    Task<void> recipient(std::string arguments);
    Task<void> rset(std::string arguments);
    Task<void> noop(std::string arguments);
    Task<void> quit(std::string arguments);
    Task<void> verify(std::string arguments);
    Task<void> help(std::string arguments);
    Task<void> starttls(std::string arguments);
    Task<void> auth(std::string arguments);
    Task<void> xclient(std::string arguments);

    // Content (session_content.cpp)
    Task<void> data(std::string arguments);
    Task<void> chunk(std::string arguments);
    Task<void> url_chunk(std::string arguments);
    Task<bool> read_data(DataReader* reader);
    Task<bool> read_chunk(std::uint64_t size, bool keep);
    Task<void> finish(std::shared_ptr<const std::string> content);
    std::optional<Reply> refuse_content() const;

    void greet();
    void greet_extended();
    std::optional<Reply> refuse_hold(const MailArguments& arguments) const;
    void reset();
    void start_over();
    void set_protocol();
    bool trusted() const;
    SaslPeer sasl_peer() const;

    Runtime& runtime_;
    const ServerOptions& options_;
    const SaslMechanisms* mechanisms_;
    LineChannel channel_;
    std::unique_ptr<Receiver> receiver_;

    bool ending_ = false;
    unsigned errors_ = 0;

    mail::PeerFacts peer_;
    bool greeted_ = false;
    bool extended_ = false;
    std::optional<Identity> identity_;
    std::optional<Transaction> transaction_;
    bool chunking_ = false;             ///< BDAT or BURL has begun
    std::optional<Reply> chunk_error_;  ///< the first; what follows is passed over
    std::string chunks_;
};

}  // namespace postern::smtp
