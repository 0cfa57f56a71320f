// A plugin as it should be: settings, a registered name, a task that ends when the server stops.
#include "greeting.hpp"
#include "postern/plugin/plugin.hpp"
#include "postern/runtime/runtime.hpp"

namespace {

class Good final : public postern::Plugin, public Greeting {
public:
    explicit Good(postern::Host& host) : host_(host) {}

    void configure(const postern::ConfigNode& config, postern::Diagnostics& problems) override {
        text_ = config.get_string("text", "hello", problems);
        section_ = config["greetings"].get_string("suffix", "", problems);
        text_ += section_;
    }
    postern::Result<void> declare(postern::Registrar& registrar) override {
        registrar.add<Greeting>("Hello", *this);
        return {};
    }
    postern::Task<postern::Result<void>> start() override {
        host_.runtime().spawn(host_.runtime().core(0), "clock", run());
        co_return postern::Result<void>{};
    }
    const char* text() const override { return text_.c_str(); }

private:
    static postern::Task<void> run() {
        auto slept = co_await postern::sleep_for(std::chrono::hours(1));
        static_cast<void>(slept);
    }

    postern::Host& host_;
    std::string text_;
    std::string section_;
};

constexpr postern_interface provides[] = {{"sample.greeting", 1, 2, 0}, {}};

}  // namespace

POSTERN_PLUGIN(Good, {.id = "sample-good",
                      .summary = "A plugin as it should be",
                      .provides = provides,
                      .config_schema = "text: text  what to say\n/greetings: map  shared by all greeters"});
