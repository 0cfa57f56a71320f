#pragma once
// One ManageSieve connection (RFC 5804): reads commands, runs them one after the other.
#include <optional>
#include <string>
#include <vector>

#include "command_reader.hpp"
#include "server.hpp"

namespace postern::managesieve {

class Session final : private SaslLine {
public:
    Session(const Services& services, std::unique_ptr<Connection> connection);

    enum class Next : std::uint8_t { end, move };  ///< move: signed in, and the account lives on home()
    void greet();
    Task<Next> run();
    Runtime& runtime() const { return *services_.runtime; }
    Executor home() const;
    bool move_to(Executor executor) { return connection_->move_to(std::move(executor)).has_value(); }

private:
    using Scripts = std::vector<store::Script>;

    // Input and output
    Task<Result<bool>> receive();
    /// The next command; false when the connection ends.
    Task<bool> next_command();
    Task<Result<void>> flush();
    void answer(std::string_view status, std::string_view code, std::string_view text);
    void ok(std::string_view text = "Done.") { answer("OK", "", text); }
    void no(std::string_view text, std::string_view code = {}) { answer("NO", code, text); }
    void write_string(std::string_view text);
    void write_capabilities();
    void failed(const Error& error);

    // Commands
    Task<void> dispatch();
    /// True if the arguments are of these kinds: 's' string, 'n' number. Answers otherwise.
    bool arguments_are(std::string_view kinds);
    const std::string& text(std::size_t i) const { return reader_.command().arguments[i].text; }
    Task<void> dispatch_signed_in();
    Task<void> authenticate();
    SaslPeer sasl_peer() const;
    Task<Result<std::string>> ask(std::string challenge) override;
    Task<void> start_tls();
    void noop();
    bool valid_name(const std::string& name);
    /// Checks a script and tells its faults.
    bool check(const std::string& script, const Scripts& others);
    /// There is room for it. Answers otherwise.
    bool has_space(const Scripts& scripts, const std::string& name, std::uint64_t size);
    Task<void> have_space();
    Task<void> put_script();
    Task<void> check_script();
    Task<void> list_scripts();
    Task<void> set_active();
    Task<void> get_script();
    Task<void> delete_script();
    Task<void> rename_script();
    Task<void> write(store::ScriptWrite change);
    Task<bool> load(Scripts* scripts);
    void unauthenticate();

    const Services& services_;
    std::unique_ptr<Connection> connection_;
    mutable CommandReader reader_;
    std::string input_;
    std::size_t begin_ = 0;
    std::string output_;
    std::optional<Identity> identity_;
    std::shared_ptr<mail::Account> account_;
    bool moving_ = false;
    bool ending_ = false;
    unsigned bad_ = 0;
};

}  // namespace postern::managesieve
