#include "running.hpp"

#include "script_compiler.hpp"

namespace postern::sieve {

namespace {

/// The same thing done twice is done once (RFC 5228 section 2.10.3), edited or not (RFC 5293 section 7).
bool same(const Action& a, const Action& b) {
    return a.kind == b.kind && a.values == b.values;
}

}  // namespace

RunningScript::RunningScript(const Registry& registry, const Limits& limits, const Input& input,
                             bool variables)
    : registry_(registry),
      limits_(limits),
      input_(input),
      environment_(input.environment == nullptr ? &no_environment_ : input.environment),
      content_(input.message),
      variables_wanted_(variables),
      frames_(1) {}

Outcome RunningScript::finish(const Program& program) {
    run_block(static_cast<const ScriptProgram&>(program).block, *this);
    if (!failed() && std::ranges::none_of(actions_, &Action::cancels_keep)) {
        Action keep;
        keep.kind = "keep";
        keep.implicit = true;
        act(std::move(keep));
    }
    Outcome out;
    out.work = work_;
    if (failed()) {
        out.failure = std::move(failure_);
        Action keep;
        keep.kind = "keep";
        keep.implicit = true;
        out.actions.push_back(std::move(keep));
    } else {
        out.actions = std::move(actions_);
    }
    return out;
}

const mime::Message& RunningScript::message() {
    if (!parsed_) {
        parsed_.emplace(mime::parse_message(*content_));
        spend(content_->size() / 4096);
    }
    return *parsed_;
}

void RunningScript::edit(std::string content) {
    if (content.size() > std::max(limits_.message_octets, input_.message->size() + 64 * 1024)) {
        return fail({}, "the edited message is too large");
    }
    if (!spend(1 + content.size() / 256)) return;
    parsed_.reset();
    content_ = std::make_shared<const std::string>(std::move(content));
}

void RunningScript::act(Action action) {
    if (failed()) return;
    if (edited() && action.content == nullptr) action.content = content_;
    for (ActionHook* hook : registry_.hooks) hook->before(*this, action);
    if (failed()) return;
    for (Action& done : actions_) {
        if (!same(done, action)) continue;
        action.cancels_keep = action.cancels_keep || done.cancels_keep;
        done = std::move(action);
        return;
    }
    if (actions_.size() >= limits_.actions) return fail(action.place, "too many actions");
    if (action.kind == "redirect" && ++redirects_ > limits_.redirects)
        return fail(action.place, "too many redirects");
    actions_.push_back(std::move(action));
}

void RunningScript::fail(Place place, std::string text) {
    if (!failure_) failure_ = Fault{place, std::move(text)};
}

bool RunningScript::spend(std::size_t units) {
    work_ += units;
    if (work_ > limits_.work) fail({}, "the script takes too long");
    return !failed();
}

std::string RunningScript::variable(const std::string& name) const {
    const Frame& frame = frames_.back();
    if (frame.global_names.contains(name)) return global(name);
    const auto found = frame.variables.find(name);
    return found == frame.variables.end() ? std::string() : found->second;
}

void RunningScript::store(Variables& variables, const std::string& name, std::string value) {
    if (value.size() > limits_.variable_octets) {
        std::size_t end = limits_.variable_octets;
        while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xc0) == 0x80) --end;
        value.resize(end);
    }
    const auto [at, added] = variables.try_emplace(name);
    if (added && ++variable_count_ > limits_.variables) return fail({}, "too many variables");
    at->second = std::move(value);
}

void RunningScript::set_variable(const std::string& name, std::string value) {
    Frame& frame = frames_.back();
    store(frame.global_names.contains(name) ? globals_ : frame.variables, name, std::move(value));
}

std::string RunningScript::global(const std::string& name) const {
    const auto found = globals_.find(name);
    return found == globals_.end() ? std::string() : found->second;
}

void RunningScript::set_global(const std::string& name, std::string value) {
    store(globals_, name, std::move(value));
}

void RunningScript::set_matches(std::vector<std::string> matches) {
    frames_.back().matches = std::move(matches);
}

Flow RunningScript::run(const Program& program) {
    if (frames_.size() > limits_.include_depth + 1) {
        fail({}, "too many scripts include each other");
        return Flow::stop;
    }
    frames_.emplace_back();
    const Flow flow = run_block(static_cast<const ScriptProgram&>(program).block, *this);
    variable_count_ -= frames_.back().variables.size();
    frames_.pop_back();
    return flow;
}

State& RunningScript::state(std::string_view key, std::unique_ptr<State> (*make)()) {
    auto found = states_.find(key);
    if (found == states_.end()) found = states_.emplace(std::string(key), make()).first;
    return *found->second;
}

}  // namespace postern::sieve
