#pragma once
// One run of a script: the machine.
#include <map>
#include <set>

#include "postern/sieve/engine.hpp"

namespace postern::sieve {

class RunningScript final : public Machine {
public:
    RunningScript(const Registry& registry, const Limits& limits, const Input& input, bool variables);

    /// Runs it and adds the implicit keep.
    Outcome finish(const Program& program);

    const Envelope& envelope() const override { return input_.envelope; }
    const Environment& environment() const override { return *environment_; }
    const mime::Message& message() override;
    std::shared_ptr<const std::string> content() const override { return content_; }
    bool edited() const override { return content_ != input_.message; }
    void edit(std::string content) override;
    std::shared_ptr<const std::string> original() const override { return input_.message; }
    std::optional<std::uint32_t> part() const override { return part_; }
    void set_part(std::optional<std::uint32_t> part) override { part_ = part; }
    void act(Action action) override;
    void fail(Place place, std::string text) override;
    bool failed() const override { return failure_.has_value(); }
    bool spend(std::size_t units) override;
    const std::vector<Action>& actions() const override { return actions_; }
    std::string variable(const std::string& name) const override;
    void set_variable(const std::string& name, std::string value) override;
    bool wants_matches() const override { return variables_wanted_; }
    void set_matches(std::vector<std::string> matches) override;
    const std::vector<std::string>& matches() const override { return frames_.back().matches; }
    void make_global(const std::string& name) override { frames_.back().global_names.insert(name); }
    std::string global(const std::string& name) const override;
    void set_global(const std::string& name, std::string value) override;
    Flow run(const Program& program) override;
    void quit_loop(std::uint32_t loop) override { quit_loop_ = loop; }
    std::uint32_t loop_to_quit() const override { return quit_loop_; }

protected:
    State& state(std::string_view key, std::unique_ptr<State> (*make)()) override;

private:
    using Variables = std::map<std::string, std::string>;
    /// Of one script; an included one has its own.
    struct Frame {
        Variables variables;
        std::set<std::string> global_names;
        std::vector<std::string> matches;
    };
    void store(Variables& variables, const std::string& name, std::string value);

    const Registry& registry_;
    const Limits& limits_;
    const Input& input_;
    Environment no_environment_;
    const Environment* environment_;
    std::shared_ptr<const std::string> content_;
    std::optional<mime::Message> parsed_;
    std::optional<std::uint32_t> part_;
    std::vector<Action> actions_;
    std::optional<Fault> failure_;
    std::size_t work_ = 0;
    std::size_t redirects_ = 0;
    bool variables_wanted_;
    std::vector<Frame> frames_;
    Variables globals_;
    std::size_t variable_count_ = 0;
    std::map<std::string, std::unique_ptr<State>, std::less<>> states_;
    std::uint32_t quit_loop_ = 0;
};

}  // namespace postern::sieve
